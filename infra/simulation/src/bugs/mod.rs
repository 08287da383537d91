//! Planted bugs: what the checks of a simulation must find.
//!
//! A layer spoils what passes between the library and the simulators. A patch spoils a copy of the library's sources.

mod patches;
mod traffic;
mod writes;

use std::sync::Arc;

use moffman_simulators::Tamper;

pub use patches::{Patch, patches};

use traffic::{AnyVersion, FormsTwice, LaggingIndex, RepeatedListing, SkippedPages};
use writes::{LostCondition, OneRevision, SpoiledForm, endless, over, unannounced, uncounted, unordered};

/// A layer between the library and the simulators, with a bug in it.
#[derive(Clone, Copy, Debug)]
pub struct Layer {
    /// The name of the layer.
    pub name: &'static str,
    /// What it breaks, in a sentence.
    pub breaks: &'static str,
    make: fn() -> Arc<dyn Tamper>,
}

impl Layer {
    /// Makes the layer, which has not seen anything yet.
    pub fn lay(&self) -> Arc<dyn Tamper> {
        (self.make)()
    }

    /// The layer of this name.
    pub fn named(name: &str) -> Option<&'static Layer> {
        LAYERS.iter().find(|layer| layer.name == name)
    }
}

/// All layers.
pub const LAYERS: &[Layer] = &[
    Layer {
        name: "form-unconditional",
        breaks: "What became of a form is written down whatever was written of it meanwhile.",
        make: || Arc::new(LostCondition { on: "PutItem", key: "form#" }),
    },
    Layer {
        name: "announcement-unconditional",
        breaks: "A form is announced and sent although somebody else has changed it since it was read.",
        make: || Arc::new(LostCondition { on: "Put", key: "form#" }),
    },
    Layer {
        name: "record-overlooked",
        breaks: "A form is sent although the record that asked for it has changed.",
        make: || Arc::new(LostCondition { on: "ConditionCheck", key: "open#" }),
    },
    Layer {
        name: "recording-unconditional",
        breaks: "An event is recorded over whatever is recorded of it.",
        make: || Arc::new(LostCondition { on: "Put", key: "open#" }),
    },
    Layer {
        name: "closing-unconditional",
        breaks: "A record is closed although it has changed since it was read.",
        make: || Arc::new(LostCondition { on: "Delete", key: "open#" }),
    },
    Layer {
        name: "history-unchecked",
        breaks: "An event is recorded without a look at what was done for it before.",
        make: || Arc::new(LostCondition { on: "ConditionCheck", key: "seen#" }),
    },
    Layer {
        name: "revisions-equal",
        breaks: "Every write of an item has the same revision.",
        make: || Arc::new(OneRevision),
    },
    Layer {
        name: "lease-endless",
        breaks: "The lease of a claim never ends.",
        make: || Arc::new(SpoiledForm { spoil: endless }),
    },
    Layer {
        name: "lease-over",
        breaks: "The lease of a claim is over when it begins.",
        make: || Arc::new(SpoiledForm { spoil: over }),
    },
    Layer {
        name: "sending-unannounced",
        breaks: "It is not written down that a form is about to be sent.",
        make: || Arc::new(SpoiledForm { spoil: unannounced }),
    },
    Layer {
        name: "mails-uncounted",
        breaks: "However many mails of a form are out, it is written down as one.",
        make: || Arc::new(SpoiledForm { spoil: uncounted }),
    },
    Layer {
        name: "order-forgotten",
        breaks: "That a person had a form sent again is forgotten, which is good for one mail only.",
        make: || Arc::new(SpoiledForm { spoil: unordered }),
    },
    Layer {
        name: "any-version-changed",
        breaks: "An event is changed whatever its version is by now.",
        make: || Arc::new(AnyVersion),
    },
    Layer {
        name: "form-twice",
        breaks: "A form is sent twice by something between us and Byroapi.",
        make: || Arc::new(FormsTwice),
    },
    Layer {
        name: "pages-skipped",
        breaks: "All pages of a listing but the first are thrown away.",
        make: || Arc::new(SkippedPages),
    },
    Layer {
        name: "listing-repeated",
        breaks: "Every other listing of a calendar is answered with the one before it.",
        make: || Arc::new(RepeatedListing::default()),
    },
    Layer {
        name: "index-lags",
        breaks: "A change is missing from the first listing that should show it.",
        make: || Arc::new(LaggingIndex::default()),
    },
];

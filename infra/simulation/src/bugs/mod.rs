//! Planted bugs: what the checks of a simulation must find.
//!
//! A layer spoils what passes between the library and the simulators. A patch spoils a copy of the library's sources.

mod answers;
mod patches;
mod requests;
mod writes;

use std::sync::Arc;

use moffman_simulators::Tamper;

pub use patches::{Patch, patches};

use answers::{LaggingIndex, RepeatedListing, SkippedPages};
use requests::{AnyVersion, FormsTwice};
use writes::{ALWAYS, ForgottenForm, Lease, LostCondition};

/// Between the library and the simulators.
#[derive(Clone, Copy, Debug)]
pub struct Layer {
    /// What it is called.
    pub name: &'static str,
    /// What it breaks, in a sentence.
    pub breaks: &'static str,
    make: fn() -> Arc<dyn Tamper>,
}

impl Layer {
    /// A layer that has not seen anything yet.
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
        name: "claim-unconditional",
        breaks: "A record is claimed although somebody else has claimed it since it was read.",
        make: || Arc::new(LostCondition { on: "UpdateItem", begins: "revision = :revision", leaves: None }),
    },
    Layer {
        name: "settlement-unconditional",
        breaks: "What became of a form is written down although the claim is lost or the record has changed.",
        make: || Arc::new(LostCondition { on: "UpdateItem", begins: "claim = :claim", leaves: None }),
    },
    Layer {
        name: "closing-unconditional",
        breaks: "A record is closed although it has changed since it was read.",
        make: || Arc::new(LostCondition { on: "Delete", begins: "", leaves: None }),
    },
    Layer {
        name: "history-unchecked",
        breaks: "An event is recorded without a look at what was done for it before.",
        make: || Arc::new(LostCondition { on: "ConditionCheck", begins: "", leaves: Some(ALWAYS) }),
    },
    Layer {
        name: "lease-endless",
        breaks: "The lease of a claim never ends.",
        make: || Arc::new(Lease { until: 4_000_000_000_000 }),
    },
    Layer {
        name: "lease-over",
        breaks: "The lease of a claim is over when it begins.",
        make: || Arc::new(Lease { until: 0 }),
    },
    Layer {
        name: "sending-forgotten",
        breaks: "A claim does not say that a form is about to be sent.",
        make: || Arc::new(ForgottenForm),
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

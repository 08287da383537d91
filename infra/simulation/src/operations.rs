//! What processes do in a schedule: sweep, reload the spreadsheet, answer a workflow, carry out a person's decision.

use std::time::Duration;

use moffman::app::Moffman;
use moffman::domain::form::Outcome;
use moffman::forms::{self, DiscardOrder, Filter, ListOrder, ResendOrder, ShownState};
use moffman::reload::{ReloadOrder, reload};
use moffman::sweep::{SweepOrder, SweepReport, SweepScope, sweep};
use tokio::task::JoinHandle;

/// A process of the service, and the name that its calls carry.
#[derive(Clone)]
pub struct NamedProcess {
    pub name: String,
    pub app: Moffman,
}

/// A process at work.
pub struct Running {
    /// The name of the process.
    pub caller: String,
    /// Whether it is a sweep.
    pub is_sweep: bool,
    /// Answers the report of a sweep, if that is what it is and it went well.
    pub task: JoinHandle<Option<SweepReport>>,
}

/// Sweeps everything; `seconds` is the time that the invocation has.
pub fn begin_sweep(process: NamedProcess, seconds: Option<u64>) -> Running {
    let NamedProcess { name: caller, app } = process;
    let deadline = seconds.map(|seconds| app.clock.moment() + Duration::from_secs(seconds));
    let order = SweepOrder { scope: SweepScope::All, dry_run: false, deadline, share: None };
    Running { caller, is_sweep: true, task: tokio::spawn(async move { sweep(&app, &order).await.ok() }) }
}

/// Reloads the spreadsheet.
pub fn begin_reload(NamedProcess { name, app }: NamedProcess) -> Running {
    begin_request(name, async move {
        // A failed reload keeps what was there, so only its consequences are checked.
        let _ = reload(&app, &ReloadOrder { deadline: None }).await;
    })
}

/// Does the work of a request.
pub fn begin_request(caller: String, work: impl Future<Output = ()> + Send + 'static) -> Running {
    let task = tokio::spawn(async move {
        work.await;
        None
    });
    Running { caller, is_sweep: false, task }
}

/// What a person decides about a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PersonDecision {
    /// It is to be sent, or sent again.
    Resend,
    /// What was issued or discarded is sent once more.
    Again,
    /// It arrived.
    Arrived,
    /// Nobody wants it.
    NotWanted,
}

impl PersonDecision {
    /// Draws a decision.
    pub fn draw(random: &mut fastrand::Rng) -> Self {
        match random.u8(..8) {
            ..=2 => Self::Resend,
            3..=4 => Self::Again,
            5..=6 => Self::NotWanted,
            _ => Self::Arrived,
        }
    }

    /// The states of the forms that a person looks at before this decision.
    fn states(self) -> Vec<ShownState> {
        match self {
            Self::Again => vec![ShownState::Issued, ShownState::Discarded],
            Self::Resend | Self::Arrived | Self::NotWanted => {
                vec![ShownState::Held, ShownState::InDoubt, ShownState::Waiting, ShownState::Sending]
            }
        }
    }
}

/// How many forms a person sees.
const A_FEW: usize = 12;

/// A person looks at some forms and decides about one of them, chosen by `number`.
pub fn begin_decision(process: NamedProcess, decision: PersonDecision, number: usize) -> Running {
    let NamedProcess { name, app } = process;
    begin_request(name, async move {
        let filter = Filter { office: None, states: decision.states() };
        let order = ListOrder { filter, page: None, limit: A_FEW, deadline: None };
        let Ok(page) = forms::list(&app, &order).await else { return };
        let count = page.forms.len().max(1);
        let Some(form) = page.forms.into_iter().nth(number % count) else { return };
        // If the request is refused or lost, the form stays as it was for the person.
        let (id, deadline) = (form.id, None);
        let _ = match decision {
            PersonDecision::Resend => forms::resend(&app, &ResendOrder { id, again: false, deadline }).await,
            PersonDecision::Again => forms::resend(&app, &ResendOrder { id, again: true, deadline }).await,
            PersonDecision::Arrived => {
                forms::discard(&app, &DiscardOrder { id, outcome: Outcome::Arrived, deadline }).await
            }
            PersonDecision::NotWanted => {
                forms::discard(&app, &DiscardOrder { id, outcome: Outcome::NotWanted, deadline }).await
            }
        };
    })
}

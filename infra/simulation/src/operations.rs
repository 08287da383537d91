//! What processes do in a schedule: sweep, reload the spreadsheet, answer a workflow, carry out a person's decision.

use chrono::Duration;
use moffman::app::Moffman;
use moffman::forms::{self, Filter, State};
use moffman::google::Budget;
use moffman::reload::reload;
use moffman::sweep::{Order, Scope, SweepReport, sweep};
use tokio::task::JoinHandle;

/// A process at work.
pub struct Running {
    /// The process.
    pub caller: String,
    /// Whether it is a sweep.
    pub is_sweep: bool,
    /// Answers the report of a sweep, if that is what it is and it went well.
    pub task: JoinHandle<Option<SweepReport>>,
}

impl Running {
    /// Whether it has come to its end.
    pub fn has_ended(&self) -> bool {
        self.task.is_finished()
    }
}

/// Sweeps everything; `seconds` are what the invocation has.
pub fn begin_sweep(caller: String, app: Moffman, seconds: Option<i64>) -> Running {
    let deadline = seconds.map(|seconds| app.clock.now() + Duration::seconds(seconds));
    let order = Order { scope: Scope::All, dry_run: false, deadline, share: None };
    Running { caller, is_sweep: true, task: tokio::spawn(async move { sweep(&app, &order).await.ok() }) }
}

/// Reloads the spreadsheet.
pub fn begin_reload(caller: String, app: Moffman) -> Running {
    begin_request(caller, async move {
        // A failed reload keeps what was there; only what follows from it counts.
        let _ = reload(&app.directory, &app.google, &Budget { deadline: None, pace: None }).await;
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

/// A person looks for a form that is held and has it sent, or not.
pub fn begin_decision(caller: String, app: Moffman, resend: bool) -> Running {
    begin_request(caller, async move {
        let held = Filter { office: None, states: vec![State::Held] };
        let Ok(page) = forms::list(&app, &held, None, 1, None).await else { return };
        let Some(form) = page.forms.into_iter().next() else { return };
        // Refused or lost, the person sees the form as held again.
        let _ = if resend {
            forms::resend(&app, &form.id, false, None).await
        } else {
            forms::discard(&app, &form.id, moffman::domain::form::Outcome::Arrived, None).await
        };
    })
}

//! What people decide about a form, and forms to decide about.

use moffman::app::Moffman;
use moffman::domain::form::Outcome;
use moffman::forms::{self, DiscardOrder, FormsError, ResendOrder, ShownForm};
use moffman_simulators::Fault;

use crate::context::{Context, PRAGUE, thursday};

pub const HOLD: &str = r#"{"forms.on_unknown_outcome": "hold"}"#;
/// Anna is no manual user any more.
pub const WITHOUT_ANNA: &str = r#"{"manual_users.user_list": "[{id: cyril@example.com, name: Cyril}]",
    "forms.email.contents": "", "forms.email.attachments": "form.pdf"}"#;

fn order(id: &str, again: bool) -> ResendOrder {
    ResendOrder { id: id.to_owned(), again, deadline: None }
}

pub async fn discard(app: &Moffman, id: &str, outcome: Outcome) -> Result<ShownForm, FormsError> {
    forms::discard(app, &DiscardOrder { id: id.to_owned(), outcome, deadline: None }).await
}

pub async fn resend(app: &Moffman, id: &str) -> Result<ShownForm, FormsError> {
    forms::resend(app, &order(id, false)).await
}

pub async fn again(app: &Moffman, id: &str) -> Result<ShownForm, FormsError> {
    forms::resend(app, &order(id, true)).await
}

pub async fn arrived(app: &Moffman, id: &str) -> Result<ShownForm, FormsError> {
    discard(app, id, Outcome::Arrived).await
}

pub async fn not_wanted(app: &Moffman, id: &str) -> Result<ShownForm, FormsError> {
    discard(app, id, Outcome::NotWanted).await
}

/// Anna's Thursday, whose form has an unknown outcome and is held for that.
pub async fn held(ctx: &mut Context) -> (String, ShownForm) {
    let event = thursday(ctx);
    ctx.world.fail("form", Fault::DropAfterEffect);
    assert_eq!(ctx.sweep().await.forms.held, 1);
    ctx.expect_form();
    (event, ctx.the_form().await)
}

/// Anna's Thursday, whose form Byroapi refused, and which waits.
pub async fn refused(ctx: &Context) -> (String, ShownForm) {
    let event = thursday(ctx);
    ctx.world.fail("form", Fault::status(500, "no blank PDF"));
    assert_eq!(ctx.sweep().await.forms.refused, 1);
    (event, ctx.the_form().await)
}

/// Anna's Thursday, approved on its form.
pub async fn issued(ctx: &mut Context) -> (String, ShownForm) {
    let event = thursday(ctx);
    assert_eq!(ctx.sweep().await.forms.issued, 1);
    ctx.expect_form();
    (event, ctx.the_form().await)
}

pub fn expect_thursday_approved(ctx: &Context, event: &str) {
    ctx.expect_approved((PRAGUE, event), "Anna Nová", ("2026-06-18", "2026-06-19"));
}

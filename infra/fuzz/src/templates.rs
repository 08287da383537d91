//! A text with placeholders: read or refused, and filled in everywhere that a form has one.

use chrono::{DateTime, Utc};
use moffman::domain::approval_form;
use moffman::domain::date_range::DateRange;
use moffman::domain::template::{Placeholder, Template, TemplateError, TemplateMistake};
use serde_json::Value;

use crate::sample;

pub(crate) fn check(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    literal(&text);
    match Template::parse(&text, Placeholder::ALL) {
        Ok(template) => {
            rendered(&text, &template);
            needed(&text, &template);
            sent(template);
        }
        Err(error) => placed(&text, &error),
    }
}

/// With its braces doubled, any text is written as it is.
fn literal(text: &str) {
    let doubled = text.replace('{', "{{").replace('}', "}}");
    let template = Template::parse(&doubled, &[]);
    assert_eq!(template.map(|template| template.render(&Placeholder::name)).as_deref(), Ok(text));
}

/// Values go in as they are, braces too, and nothing else changes.
fn rendered(text: &str, template: &Template) {
    let empty = template.render(&|_| "");
    let braces = template.render(&|_| "{id}");
    let count = template.placeholders().count();
    assert_eq!(braces.len(), empty.len() + count * "{id}".len(), "{text:?}");
    assert!(empty.len() <= text.len(), "{text:?}");
    let doubled = empty.replace('{', "{{").replace('}', "}}");
    assert_eq!(Template::parse(&doubled, &[]).map(|again| again.render(&Placeholder::name)), Ok(empty));
}

/// The template needs the placeholders that it names, and no others.
fn needed(text: &str, template: &Template) {
    let used: Vec<_> = template.placeholders().collect();
    assert_eq!(Template::parse(text, &used).as_ref(), Ok(template));
    if let Some(first) = used.first() {
        let others: Vec<_> = Placeholder::ALL.iter().copied().filter(|other| other != first).collect();
        let refused = Template::parse(text, &others).map_err(|error| error.what);
        assert_eq!(refused, Err(TemplateMistake::Unknown(first.name().to_owned())));
    }
}

/// A mistake is at a brace.
fn placed(text: &str, error: &TemplateError) {
    let brace = text.chars().nth(error.position - 1);
    let expected = if error.what == TemplateMistake::Unopened { '}' } else { '{' };
    assert_eq!(brace, Some(expected), "{error} in {text:?}");
}

/// A form has the texts, and a file name without folders.
fn sent(template: Template) {
    let mut letter = sample::settings().forms.letter.clone();
    letter.email.subject = template.clone();
    letter.email.attachments = Some(template);
    let user = sample::anna();
    for days in sample::days().filter_map(|day| DateRange::new(day, day).ok()) {
        let form = approval_form::fill(&letter, &user, days, DateTime::<Utc>::UNIX_EPOCH);
        let email = &form["result"]["email"];
        let name = email["attachments"].as_str();
        let dots = |name: &str| name.matches('.').count();
        assert!(name.is_some_and(|name| !name.contains('/') && dots(name) <= 1), "{name:?}");
        let subject = email["subject"].as_str().map(|subject| subject.replace(['.', '/'], "-"));
        assert_eq!(name.map(|name| name.replace('.', "-")), subject);
        assert_eq!(form["result"]["download"], Value::Bool(false));
    }
}

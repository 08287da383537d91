//! Texts with placeholders, such as `{user_name}: {date_from}`, checked once and filled in often.
//!
//! A subset of Python's `str.format`: `{name}`, and `{{` and `}}` for braces. Conversions (`!r`), format specifications
//! (`:>10`), attributes, indices and positions are refused, because upstream would fail on them at the first event.
//! Source: <https://docs.python.org/3/library/string.html#format-string-syntax>.

use derive_more::Display;
use strum::{IntoStaticStr, VariantArray};

/// What a template may name.
#[derive(Clone, Copy, Debug, Display, PartialEq, Eq, Hash, IntoStaticStr, VariantArray)]
#[display("{{{}}}", self.name())]
#[strum(serialize_all = "snake_case")]
pub enum Placeholder {
    /// The e-mail address of the person.
    Id,
    /// Given name.
    FirstName,
    /// Family name.
    LastName,
    /// The employer's number for the person.
    EmployeeNumber,
    /// The person's full name.
    UserName,
    /// First day, in `forms.date_format`.
    DateFrom,
    /// Last day, in `forms.date_format`.
    DateTo,
    /// Day of approval, in `forms.date_format`.
    DateApproved,
    /// First day, in `forms.attachment_date_format`.
    DateFromAttachment,
    /// Last day, in `forms.attachment_date_format`.
    DateToAttachment,
    /// Day of approval, in `forms.attachment_date_format`.
    DateApprovedAttachment,
}

impl Placeholder {
    /// Every placeholder, in the order in which they are listed to people.
    pub const ALL: &[Self] = Self::VARIANTS;

    /// The name between the braces.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// A text that was checked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Template {
    parts: Vec<TemplatePart>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum TemplatePart {
    Text(String),
    Placeholder(Placeholder),
}

/// Why a template is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("at character {position}: {what}")]
pub struct TemplateError {
    /// Where the trouble starts, counted in characters from 1.
    pub position: usize,
    /// What is wrong there.
    pub what: TemplateMistake,
}

/// What is wrong in a template.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TemplateMistake {
    /// `{` without `}`.
    #[error("`{{` is never closed (a literal brace is written `{{{{`)")]
    Unclosed,
    /// `}` without `{`.
    #[error("`}}` closes nothing (a literal brace is written `}}}}`)")]
    Unopened,
    /// A placeholder with more than a name in it.
    #[error(
        "`{{{0}}}` is more than a name: conversions, format specifications, attributes and indices are not supported"
    )]
    NotAName(String),
    /// A name that is not available.
    #[error("unknown placeholder `{{{0}}}`")]
    Unknown(String),
}

impl Template {
    /// Reads a template that may use the `allowed` placeholders.
    pub fn parse(text: &str, allowed: &[Placeholder]) -> Result<Self, TemplateError> {
        let mut parts = Vec::new();
        let mut literal = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            let (before, from_brace) = rest.split_at(at);
            literal.push_str(before);
            let fail = |what| TemplateError { position: position(text, from_brace), what };
            let (brace, after) = from_brace.split_at(1);
            if let Some(after) = after.strip_prefix(brace) {
                literal.push_str(brace);
                rest = after;
                continue;
            }
            if brace == "}" {
                return Err(fail(TemplateMistake::Unopened));
            }
            let (name, after) = after.split_once('}').ok_or_else(|| fail(TemplateMistake::Unclosed))?;
            let placeholder = placeholder(name, allowed).map_err(fail)?;
            push_text(&mut parts, &mut literal);
            parts.push(TemplatePart::Placeholder(placeholder));
            rest = after;
        }
        literal.push_str(rest);
        push_text(&mut parts, &mut literal);
        Ok(Self { parts })
    }

    /// The text with every placeholder replaced by its value.
    pub fn render<'a>(&self, value: &impl Fn(Placeholder) -> &'a str) -> String {
        let mut out = String::new();
        for part in &self.parts {
            out.push_str(match part {
                TemplatePart::Text(text) => text,
                TemplatePart::Placeholder(placeholder) => value(*placeholder),
            });
        }
        out
    }

    /// The placeholders in use, in the order of the text, repeated ones too.
    pub fn placeholders(&self) -> impl Iterator<Item = Placeholder> + '_ {
        self.parts.iter().filter_map(|part| match part {
            TemplatePart::Text(_) => None,
            TemplatePart::Placeholder(placeholder) => Some(*placeholder),
        })
    }
}

fn placeholder(name: &str, allowed: &[Placeholder]) -> Result<Placeholder, TemplateMistake> {
    if let Some(found) = allowed.iter().find(|known| known.name() == name) {
        return Ok(*found);
    }
    // `{}` and `{0}` are positions in Python, which have no value here.
    let plain = name.chars().all(|c| !matches!(c, '!' | ':' | '.' | '[' | ']' | '{'));
    Err(if plain { TemplateMistake::Unknown(name.to_owned()) } else { TemplateMistake::NotAName(name.to_owned()) })
}

fn position(text: &str, rest: &str) -> usize {
    text.chars().count() - rest.chars().count() + 1
}

fn push_text(parts: &mut Vec<TemplatePart>, literal: &mut String) {
    if !literal.is_empty() {
        parts.push(TemplatePart::Text(std::mem::take(literal)));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn render(text: &str) -> String {
        Template::parse(text, Placeholder::ALL).unwrap().render(&Placeholder::name)
    }

    #[test]
    fn names_are_replaced_and_doubled_braces_are_braces() {
        assert_eq!(render(""), "");
        assert_eq!(render("{user_name} ({date_from}–{date_to})"), "user_name (date_from–date_to)");
        assert_eq!(render("{{{id}}} {{}} {{id}}"), "{id} {} {id}");
        assert_eq!(render("{id}{id}\n"), "idid\n");
    }

    #[test]
    fn every_placeholder_can_be_used() {
        for placeholder in Placeholder::ALL.iter().copied() {
            let template = Template::parse(&placeholder.to_string(), Placeholder::ALL).unwrap();
            assert_eq!(template.placeholders().collect::<Vec<_>>(), [placeholder]);
        }
    }

    #[test]
    fn mistakes_are_named_with_their_place() {
        for (text, message) in [
            ("č {name}", "at character 3: unknown placeholder `{name}`"),
            ("{ user_name }", "at character 1: unknown placeholder `{ user_name }`"),
            ("{}", "at character 1: unknown placeholder `{}`"),
            ("a {user_name", "at character 3: `{` is never closed (a literal brace is written `{{`)"),
            ("a } b", "at character 3: `}` closes nothing (a literal brace is written `}}`)"),
        ] {
            assert_eq!(Template::parse(text, Placeholder::ALL).unwrap_err().to_string(), message);
        }
        for text in ["{user_name!r}", "{user_name:>10}", "{user_name.upper}", "{user_name[0]}", "{date_from:{id}}"] {
            let error = Template::parse(text, Placeholder::ALL).unwrap_err();
            assert!(matches!(error.what, TemplateMistake::NotAName(_)), "{text}: {error}");
        }
    }

    #[test]
    fn only_the_allowed_placeholders_are_known() {
        let error = Template::parse("{id} {date_to}", &[Placeholder::Id]).unwrap_err();
        assert_eq!(error, TemplateError { position: 6, what: TemplateMistake::Unknown("date_to".to_owned()) });
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "(\\{|\\}|id|user_name|[!:. č]|\\PC){0,12}") {
            if let Ok(template) = Template::parse(&text, Placeholder::ALL) {
                template.render(&Placeholder::name);
            }
        }

        #[test]
        fn text_with_doubled_braces_comes_back(text in "([{}]|\\PC){0,12}") {
            prop_assert_eq!(render(&text.replace('{', "{{").replace('}', "}}")), text);
        }
    }
}

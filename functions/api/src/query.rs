//! Reads the parameters after the `?` strictly: an unknown, repeated or empty one is a mistake.

use moffman::domain::asked_days::AskedDays;
use moffman::domain::date_range::{DateRange, parse_date};
use moffman::domain::reservation::InvalidRequest;
use percent_encoding::percent_decode_str;

use crate::mistake::{MistakePlace, RequestMistake, RequestMistakes};

const EMPTY: &str = "is empty; give it a value, or leave it out";

/// The parameters of a request.
#[derive(Debug)]
pub(crate) struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// Reads a query whose parameters may only have these names.
    pub(crate) fn read(query: Option<&str>, known: &[&str], mistakes: &mut RequestMistakes) -> Self {
        let mut parameters: Vec<(String, String)> = Vec::new();
        for pair in query.unwrap_or_default().split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let name = decode(name).unwrap_or_else(|| name.to_owned());
            if !known.contains(&name.as_str()) {
                let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
                let what = format!("is no parameter of this path, which has {known}");
                mistakes.add(RequestMistake::new(MistakePlace::parameter(&name), what));
            } else if parameters.iter().any(|(other, _)| *other == name) {
                mistakes.add(RequestMistake::new(MistakePlace::parameter(&name), "is given more than once"));
            } else {
                match decode(value).ok_or("is not UTF-8") {
                    Ok(value) if value.is_empty() => mistakes.add(misread(&name, EMPTY)),
                    Ok(value) => parameters.push((name, value)),
                    Err(what) => mistakes.add(misread(&name, what)),
                }
            }
        }
        Self(parameters)
    }

    /// The value of a parameter, if it is given.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    /// The value of a parameter that must be given.
    pub(crate) fn needed(&self, name: &str, mistakes: &mut RequestMistakes) -> String {
        if self.text(name).is_none() {
            mistakes.add(misread(name, "is missing"));
        }
        self.text(name).unwrap_or_default().to_owned()
    }

    /// What a parameter means, if it is given and what it must be. `read` says what that is.
    pub(crate) fn meaning<T, W: Into<String>>(
        &self,
        name: &str,
        read: impl FnOnce(&str) -> Result<T, W>,
        mistakes: &mut RequestMistakes,
    ) -> Option<T> {
        let meant = self.text(name).map(read)?;
        meant.map_err(|what| mistakes.add(misread(name, what))).ok()
    }

    /// The days that `from` and `to` name.
    pub(crate) fn days(&self, mistakes: &mut RequestMistakes) -> AskedDays {
        let mut day = |name| {
            let read = |text: &str| parse_date(text).ok_or("must be an existing date, written YYYY-MM-DD");
            self.meaning(name, read, mistakes)
        };
        AskedDays { from: day("from"), to: day("to") }
    }

    /// Adds what is wrong with the two days together, which `range` says. To be told after what is wrong with one parameter.
    pub(crate) fn compare(
        &self,
        days: AskedDays,
        range: impl FnOnce(AskedDays) -> Result<DateRange, InvalidRequest>,
        mistakes: &mut RequestMistakes,
    ) {
        // The days of a later page are those of the first one, which the page knows.
        if self.page().is_none()
            && mistakes.can_read("from")
            && mistakes.can_read("to")
            && let Err(InvalidRequest { field, what }) = range(days)
        {
            mistakes.add(misread(field, what));
        }
    }

    /// How many entries a page may have: `usual` if it is not said, `most` at most.
    pub(crate) fn limit(&self, usual: usize, most: usize, mistakes: &mut RequestMistakes) -> usize {
        let read = |text: &str| {
            let limit = text.parse().ok().filter(|limit| (1..=most).contains(limit));
            limit.ok_or_else(|| format!("must be a whole number from 1 to {most}"))
        };
        self.meaning("limit", read, mistakes).unwrap_or(usual)
    }

    /// Where the page begins, which only the listing itself can read.
    pub(crate) fn page(&self) -> Option<String> {
        self.text("page").map(str::to_owned)
    }
}

fn misread(name: &str, what: impl Into<String>) -> RequestMistake {
    RequestMistake::unread(MistakePlace::parameter(name), what)
}

fn decode(text: &str) -> Option<String> {
    let text = text.replace('+', " ");
    percent_decode_str(&text).decode_utf8().ok().map(String::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: Option<&str>) -> Parameters {
        Parameters::read(query, &["office_id", "state"], &mut RequestMistakes::default())
    }

    fn wrong(query: &str, known: &[&str]) -> Vec<String> {
        let mut mistakes = RequestMistakes::default();
        let parameters = Parameters::read(Some(query), known, &mut mistakes);
        let days = parameters.days(&mut mistakes);
        parameters.limit(5, 10, &mut mistakes);
        parameters.compare(days, |days| days.of_list("2026-06-17".parse().unwrap()), &mut mistakes);
        mistakes.listed.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn parameters_are_read_by_name() {
        assert_eq!(read(None).text("state"), None);
        assert_eq!(read(Some("")).text("state"), None);
        let parameters = read(Some("state=held&&office_id=%C5%BDi%C5%BEkov+1%2B%26"));
        assert_eq!((parameters.text("state"), parameters.text("office_id")), (Some("held"), Some("Žižkov 1+&")));
        assert_eq!((read(None).page(), read(None).limit(5, 10, &mut RequestMistakes::default())), (None, 5));
    }

    #[test]
    fn what_is_no_parameter_is_refused() {
        let refused = |query| wrong(query, &["office_id", "state"]);
        assert_eq!(refused("stat=held"), ["`stat` is no parameter of this path, which has office_id, state"]);
        assert_eq!(refused("state=held&st%61te=open"), ["`state` is given more than once"]);
        assert_eq!(refused("office_id=%FF"), ["`office_id` is not UTF-8"]);
        for empty in ["state", "state=", "office_id=x&state="] {
            assert_eq!(refused(empty), ["`state` is empty; give it a value, or leave it out"]);
        }
        assert_eq!(wrong("a=b", &[]), ["`a` is no parameter of this path, which has none"]);
        assert!(refused(&"x".repeat(5_000))[0].len() < 200);
    }

    #[test]
    fn a_limit_is_a_whole_number_within_bounds() {
        for right in ["1", "10"] {
            assert!(wrong(&format!("limit={right}"), &["limit"]).is_empty(), "{right}");
        }
        for limit in ["0", "11", "-1", "1.5", "ten", "99999999999999999999999"] {
            assert_eq!(wrong(&format!("limit={limit}"), &["limit"]), ["`limit` must be a whole number from 1 to 10"]);
        }
    }

    #[test]
    fn two_days_are_compared_only_if_both_can_be_read() {
        let refused = |query| wrong(query, &["from", "to", "limit", "page"]);
        let limit = "`limit` must be a whole number from 1 to 10";
        let no_date = |name| format!("`{name}` must be an existing date, written YYYY-MM-DD");
        assert_eq!(refused("from=2026-06-02&to=2026-06-01&limit=0"), [limit, "`to` must not precede `from`"]);
        assert_eq!(refused("from=2026-06-31&to=2026-06-01&limit=0"), [&no_date("from"), limit]);
        assert_eq!(refused("from=x&to=y"), [no_date("from"), no_date("to")]);
        assert_eq!(refused("from=&to=2026-06-01"), ["`from` is empty; give it a value, or leave it out"]);
        assert!(refused("to=2026-06-01&page=x").is_empty(), "the page knows from which day on");
    }
}

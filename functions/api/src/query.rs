//! Reads the parameters after the `?` strictly: an unknown, repeated or empty one is a mistake.

use chrono::NaiveDate;
use moffman::domain::asked_days::AskedDays;
use moffman::domain::date_range::parse_date;
use percent_encoding::percent_decode_str;

use crate::error::ApiError;

/// The parameters of a request.
#[derive(Debug)]
pub(crate) struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// Reads a query whose parameters may only have these names.
    pub(crate) fn read(query: Option<&str>, known: &[&str]) -> Result<Self, ApiError> {
        let mut parameters: Vec<(String, String)> = Vec::new();
        for pair in query.unwrap_or_default().split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let name = decode(name).unwrap_or_else(|| name.to_owned());
            if !known.contains(&name.as_str()) {
                let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
                let what = format!("is no parameter of this path, which has {known}");
                return Err(ApiError::invalid(&name, what));
            }
            if parameters.iter().any(|(other, _)| *other == name) {
                return Err(ApiError::invalid(&name, "is given more than once"));
            }
            let value = decode(value).ok_or_else(|| ApiError::invalid(&name, "is not UTF-8"))?;
            if value.is_empty() {
                return Err(ApiError::invalid(&name, "is empty; give it a value, or leave it out"));
            }
            parameters.push((name, value));
        }
        Ok(Self(parameters))
    }

    /// The value of a parameter, if it is given.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    /// The value of a parameter that must be given.
    pub(crate) fn needed(&self, name: &str) -> Result<String, ApiError> {
        self.text(name).map(str::to_owned).ok_or_else(|| ApiError::invalid(name, "is missing"))
    }

    /// The days that `from` and `to` name.
    pub(crate) fn days(&self) -> Result<AskedDays, ApiError> {
        Ok(AskedDays { from: self.day("from")?, to: self.day("to")? })
    }

    fn day(&self, name: &str) -> Result<Option<NaiveDate>, ApiError> {
        let day = self.text(name).map(|text| {
            parse_date(text).ok_or_else(|| ApiError::invalid(name, "must be an existing date, written YYYY-MM-DD"))
        });
        day.transpose()
    }

    /// How many entries a page may have: `usual` if it is not said, `most` at most.
    pub(crate) fn limit(&self, usual: usize, most: usize) -> Result<usize, ApiError> {
        let Some(text) = self.text("limit") else {
            return Ok(usual);
        };
        let limit = text.parse().ok().filter(|limit| (1..=most).contains(limit));
        limit.ok_or_else(|| ApiError::invalid("limit", format!("must be a whole number from 1 to {most}")))
    }

    /// Where the page begins, which only the listing itself can read.
    pub(crate) fn page(&self) -> Option<String> {
        self.text("page").map(str::to_owned)
    }
}

fn decode(text: &str) -> Option<String> {
    let text = text.replace('+', " ");
    percent_decode_str(&text).decode_utf8().ok().map(String::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(query: &str) -> String {
        Parameters::read(Some(query), &["office_id", "state"]).unwrap_err().to_string()
    }

    #[test]
    fn parameters_are_read_by_name() {
        let read = |query| Parameters::read(query, &["office_id", "state"]).unwrap();
        assert_eq!(read(None).text("state"), None);
        assert_eq!(read(Some("")).text("state"), None);
        let parameters = read(Some("state=held&&office_id=%C5%BDi%C5%BEkov+1%2B%26"));
        assert_eq!((parameters.text("state"), parameters.text("office_id")), (Some("held"), Some("Žižkov 1+&")));
        assert_eq!((read(None).page(), read(None).limit(5, 10).unwrap()), (None, 5));
    }

    #[test]
    fn what_is_no_parameter_is_refused() {
        assert_eq!(refused("stat=held"), "`stat` is no parameter of this path, which has office_id, state");
        assert_eq!(refused("state=held&st%61te=open"), "`state` is given more than once");
        assert_eq!(refused("office_id=%FF"), "`office_id` is not UTF-8");
        for empty in ["state", "state=", "office_id=x&state="] {
            assert_eq!(refused(empty), "`state` is empty; give it a value, or leave it out");
        }
        let of_none = Parameters::read(Some("a=b"), &[]).unwrap_err().to_string();
        assert_eq!(of_none, "`a` is no parameter of this path, which has none");
        assert!(refused(&"x".repeat(5_000)).len() < 200);
    }

    #[test]
    fn a_limit_is_a_whole_number_within_bounds() {
        let limit = |text: &str| Parameters::read(Some(&format!("limit={text}")), &["limit"]).unwrap().limit(5, 10);
        assert_eq!([limit("1").unwrap(), limit("10").unwrap()], [1, 10]);
        for wrong in ["0", "11", "-1", "1.5", "ten", "99999999999999999999999"] {
            assert_eq!(limit(wrong).unwrap_err().to_string(), "`limit` must be a whole number from 1 to 10", "{wrong}");
        }
    }
}

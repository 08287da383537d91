//! Reads the parameters after the `?` strictly: an unknown or repeated one is a mistake.

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
                return Err(ApiError::invalid(&name, format!("is no parameter of this path, which has {known}")));
            }
            if parameters.iter().any(|(other, _)| *other == name) {
                return Err(ApiError::invalid(&name, "is given more than once"));
            }
            let value = decode(value).ok_or_else(|| ApiError::invalid(&name, "is not UTF-8"))?;
            parameters.push((name, value));
        }
        Ok(Self(parameters))
    }

    /// The value of a parameter, if it is given.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
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
        assert_eq!(read(Some("state")).text("state"), Some(""));
    }

    #[test]
    fn what_is_no_parameter_is_refused() {
        assert_eq!(refused("stat=held"), "`stat` is no parameter of this path, which has office_id, state");
        assert_eq!(refused("state=held&st%61te=open"), "`state` is given more than once");
        assert_eq!(refused("office_id=%FF"), "`office_id` is not UTF-8");
        assert!(refused(&"x".repeat(5_000)).len() < 200);
        let none = Parameters::read(Some("state=held"), &[]).unwrap_err();
        assert_eq!(none.to_string(), "`state` is no parameter of this path, which has none");
    }
}

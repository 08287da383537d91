//! Where Google's APIs are, and how an id stands in their paths.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use url::Url;

use super::key::KeyError;

/// The characters of an id that are encoded in a path: <https://www.rfc-editor.org/rfc/rfc3986#section-2.3>
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Checks a base URL that is to stand for Google's own hosts.
pub(crate) fn check_endpoint(endpoint: &str) -> Result<(), KeyError> {
    base_urls(Some(endpoint)).map(drop)
}

/// The base URLs of Calendar and Sheets, with a slash at their end.
pub(super) fn base_urls(endpoint: Option<&str>) -> Result<(String, String), KeyError> {
    let Some(endpoint) = endpoint else {
        let urls = ("https://www.googleapis.com/calendar/v3/", "https://sheets.googleapis.com/");
        return Ok((urls.0.to_owned(), urls.1.to_owned()));
    };
    let mut url = Url::parse(endpoint).map_err(|_| KeyError::Endpoint)?;
    let plain = url.query().is_none() && url.fragment().is_none();
    if !plain || !matches!(url.scheme(), "http" | "https") {
        return Err(KeyError::Endpoint);
    }
    // A user and a password would be sent beside the token. Removing them fails only for an address without a host.
    url.set_username("").and_then(|()| url.set_password(None)).map_err(|()| KeyError::Endpoint)?;
    let base = url.as_str().trim_end_matches('/');
    Ok((format!("{base}/calendar/v3/"), format!("{base}/")))
}

/// An id as one segment of a path. The hubs do not encode it.
pub(super) fn path_segment(id: &str) -> String {
    utf8_percent_encode(id, RESERVED).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_stands_for_both_hosts() {
        for endpoint in ["http://127.0.0.1:4000", "http://127.0.0.1:4000/", "http://eva:sesame@127.0.0.1:4000"] {
            let (calendar, sheets) = base_urls(Some(endpoint)).unwrap();
            assert_eq!(calendar, "http://127.0.0.1:4000/calendar/v3/");
            assert_eq!(sheets, "http://127.0.0.1:4000/");
        }
        assert_eq!(base_urls(Some("https://example.com/google")).unwrap().1, "https://example.com/google/");
        for endpoint in ["", "localhost", "ftp://example.com", "http://example.com/?a=b", "http://"] {
            assert_eq!(base_urls(Some(endpoint)), Err(KeyError::Endpoint), "{endpoint}");
        }
    }

    #[test]
    fn an_id_stays_one_segment() {
        assert_eq!(
            path_segment("en.czech#holiday@group.v.calendar.google.com"),
            "en.czech%23holiday%40group.v.calendar.google.com"
        );
        assert_eq!(path_segment("a/b c?{eventId}ž"), "a%2Fb%20c%3F%7BeventId%7D%C5%BE");
    }
}

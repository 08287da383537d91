//! What an answer of the form service means for the form.

use hyper::ext::ReasonPhrase;
use reqwest::header::CONTENT_TYPE;
use reqwest::{Response, StatusCode};

/// The longest reason, in characters.
const LONGEST_REASON: usize = 200;
/// How much of an unexpected body is logged, in characters.
const LOGGED: usize = 100;
/// The most that is read of a body, in bytes.
const LONGEST_READ: usize = 64 * 1024;
/// What may stand before the first character of a page: white space of one or two bytes, byte order marks, and the zero byte
/// that fills up a character in UTF-16.
const BLANKS: [&[u8]; 11] =
    [b" ", b"\n", b"\r", b"\t", b"\x0b", b"\x0c", b"\0", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\xc2\xa0"];

/// What became of a form.
///
/// Reasons are the status and the phrase that came with it, shortened; Byroapi's phrases can name a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IssueAnswer {
    /// Byroapi has issued it.
    Issued,
    /// Byroapi says that it has not issued it, or another server answered.
    Refused {
        /// Why it was refused.
        reason: String,
    },
    /// Byroapi never heard of it: there was no connection.
    NotReached,
    /// It may or may not have been issued.
    Unknown {
        /// Why nobody knows what became of it.
        reason: String,
    },
}

impl IssueAnswer {
    /// No answer has come yet.
    pub(super) fn none_in_time() -> Self {
        Self::Unknown { reason: "no answer in time".to_owned() }
    }

    /// What a failed request means. A connection that was made and broke later may have carried the form.
    pub(super) fn to_failure(error: &reqwest::Error) -> Self {
        if error.is_connect() {
            Self::NotReached
        } else {
            Self::Unknown { reason: "the connection broke before the answer".to_owned() }
        }
    }
}

/// Reads an answer until its meaning is clear. `known` always has the meaning so far, in case something interrupts.
pub(super) async fn listen(mut answer: Response, known: &mut IssueAnswer) {
    let code = answer.status();
    let media_type =
        answer.headers().get(CONTENT_TYPE).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    let is_called_page = media_type.as_deref().is_some_and(|media_type| media_type.contains("ml"));
    let head = AnswerHead { code, reason: describe(code, answer.extensions().get()), is_called_page };
    let mut start = BodyStart::default();
    *known = head.mean(&start);
    while start.reads_on() {
        match answer.chunk().await {
            Ok(Some(data)) => start.add(&data),
            Ok(None) => start.is_whole = true,
            Err(_) => break,
        }
        *known = head.mean(&start);
    }
    if !matches!(start.bytes.as_slice(), b"" | b"{}") {
        tracing::debug!(
            status = code.as_u16(),
            media_type = media_type.as_deref(),
            body = start.text(),
            "the form service's answer has an unexpected body"
        );
    }
}

struct AnswerHead {
    code: StatusCode,
    reason: String,
    /// Whether the headers announce a page of HTML or XML.
    is_called_page: bool,
}

impl AnswerHead {
    /// The status decides, with one exception. Byroapi's body is always empty or `{}`, so a page with a status of success
    /// comes from another server, such as a proxy that wants somebody to sign in, and the form went no further. When a page
    /// was announced and its body never began, nobody knows whose answer it is. Gateways answer 408, 502 and 504 without
    /// knowing what became of the request, and an unexpected status tells nothing either.
    fn mean(&self, body: &BodyStart) -> IssueAnswer {
        let reason = || self.reason.clone();
        match (self.code.as_u16(), body.is_page()) {
            (200..=299, None) if self.is_called_page => {
                IssueAnswer::Unknown { reason: format!("{}, and its page did not come", self.reason) }
            }
            (200..=299, Some(false) | None) => IssueAnswer::Issued,
            (200..=299, Some(true)) => IssueAnswer::Refused { reason: format!("{}, with a web page", self.reason) },
            (408, _) => IssueAnswer::Unknown { reason: reason() },
            (300..=499 | 500 | 503, _) => IssueAnswer::Refused { reason: reason() },
            _ => IssueAnswer::Unknown { reason: reason() },
        }
    }
}

/// The start of a body, without the blanks before it.
#[derive(Default)]
struct BodyStart {
    bytes: Vec<u8>,
    read: usize,
    is_whole: bool,
}

impl BodyStart {
    fn add(&mut self, data: &[u8]) {
        self.read += data.len();
        self.bytes.extend_from_slice(data);
        while let Some(blank) = BLANKS.iter().find(|blank| self.bytes.starts_with(blank)) {
            self.bytes.drain(..blank.len());
        }
        self.bytes.truncate(LONGEST_READ);
    }

    fn reads_on(&self) -> bool {
        !self.is_whole && self.is_page().is_none() && self.read < LONGEST_READ
    }

    /// Whether this is a page of HTML or XML; `None` while the bytes do not tell, such as half a byte order mark.
    fn is_page(&self) -> Option<bool> {
        match self.bytes.first() {
            Some(first) if self.is_whole || first.is_ascii() || self.bytes.len() > 2 => Some(*first == b'<'),
            None if self.is_whole => Some(false),
            _ => None,
        }
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).chars().take(LOGGED).collect()
    }
}

fn describe(status: StatusCode, phrase: Option<&ReasonPhrase>) -> String {
    let phrase = phrase.map(|phrase| String::from_utf8_lossy(phrase.as_bytes()).into_owned());
    let phrase = phrase.or_else(|| status.canonical_reason().map(str::to_owned)).unwrap_or_default();
    let text = format!("{} {phrase}", status.as_u16());
    text.trim_end().chars().map(|c| if c.is_control() { ' ' } else { c }).take(LONGEST_REASON).collect()
}

#[cfg(test)]
mod tests {
    use std::io;

    use futures_util::{FutureExt as _, StreamExt as _, stream};
    use http::response;
    use http_body_util::StreamBody;
    use hyper::body::{Bytes, Frame};
    use reqwest::Body;

    use super::*;

    static NOTHING_ELSE: [u8; LONGEST_READ] = [b' '; LONGEST_READ];

    /// How a body ends after what has come of it.
    #[derive(Clone, Copy, Debug)]
    enum BodyEnd {
        Whole,
        Broken,
        Never,
    }

    /// What is known of an answer when it has ended, or when nothing more comes.
    fn heard(status: u16, phrase: &'static [u8], parts: &[&'static [u8]], end: BodyEnd) -> IssueAnswer {
        heard_from(http::Response::builder().status(status).extension(ReasonPhrase::from_static(phrase)), parts, end)
    }

    /// What is known of a success with a body of this type.
    fn heard_as(media_type: &str, parts: &[&'static [u8]], end: BodyEnd) -> IssueAnswer {
        heard_from(http::Response::builder().header(CONTENT_TYPE, media_type), parts, end)
    }

    fn heard_from(head: response::Builder, parts: &[&'static [u8]], end: BodyEnd) -> IssueAnswer {
        let parts = stream::iter(parts.to_vec()).map(|part| Ok(Frame::data(Bytes::from_static(part))));
        let broken = matches!(end, BodyEnd::Broken).then(|| Err(io::Error::from(io::ErrorKind::UnexpectedEof)));
        let silence = matches!(end, BodyEnd::Never).then(stream::pending);
        let rest = stream::iter(broken).chain(stream::iter(silence).flatten());
        let answer = head.body(Body::wrap(StreamBody::new(parts.chain(rest)))).unwrap();
        let mut known = IssueAnswer::none_in_time();
        let _ = listen(answer.into(), &mut known).now_or_never();
        known
    }

    fn refused(reason: &str) -> IssueAnswer {
        IssueAnswer::Refused { reason: reason.to_owned() }
    }

    fn unknown(reason: &str) -> IssueAnswer {
        IssueAnswer::Unknown { reason: reason.to_owned() }
    }

    #[test]
    fn the_status_tells_what_became_of_the_form() {
        for end in [BodyEnd::Whole, BodyEnd::Broken, BodyEnd::Never] {
            for body in [b"{}".as_slice(), b"<html>"] {
                for status in [300, 301, 303, 307, 399, 400, 401, 404, 409, 413, 422, 429, 451, 499, 500, 503] {
                    assert_eq!(heard(status, b"No", &[body], end), refused(&format!("{status} No")), "{end:?}");
                }
                for status in [408, 501, 502, 504, 599, 600, 999] {
                    assert_eq!(heard(status, b"Hm", &[body], end), unknown(&format!("{status} Hm")), "{end:?}");
                }
            }
        }
    }

    #[test]
    fn a_success_without_a_page_is_one() {
        for body in
            [b"".as_slice(), b"{}", b" \r\n", b"\xef\xbb\xbf", b"ok", b"{\"html\": \"<p>\"}", b"\xff", b"\xef\xbb"]
        {
            for status in [200, 201, 202, 204, 226, 299] {
                assert_eq!(heard(status, b"Fine", &[body], BodyEnd::Whole), IssueAnswer::Issued, "{body:?}");
            }
        }
        assert_eq!(heard(200, b"OK", &[], BodyEnd::Whole), IssueAnswer::Issued);
    }

    #[test]
    fn a_success_with_a_page_is_somebody_elses() {
        let page = refused("200 OK, with a web page");
        let pages: [&[&[u8]]; 9] = [
            &[b"<!DOCTYPE html><title>Sign in</title>"],
            &[b"<"],
            &[b"\xef\xbb\xbf\r\n\t <html>"],
            &[b"\xef", b"\xbb", b"\xbf", b" ", b"<html>"],
            &[b"\n", b"\n", b"<?xml version=\"1.0\"?>"],
            &[b"\xff\xfe<\0h\0"],
            &[b"\xfe\xff\0<\0h"],
            &[b"\xc2", b"\xa0<html>"],
            &[b"<!-- maintenance -->"],
        ];
        for parts in pages {
            for end in [BodyEnd::Whole, BodyEnd::Broken, BodyEnd::Never] {
                assert_eq!(heard(200, b"OK", parts, end), page, "{parts:?} {end:?}");
            }
        }
    }

    #[test]
    fn a_success_whose_body_never_begins_is_in_doubt_only_if_a_page_was_announced() {
        let blanks = NOTHING_ELSE.as_slice();
        let doubt = unknown("200 OK, and its page did not come");
        for end in [BodyEnd::Broken, BodyEnd::Never] {
            for parts in [&[][..], &[b"\xef\xbb".as_slice()], &[b" ".as_slice(), b"\n"], &[blanks]] {
                assert_eq!(heard(200, b"OK", parts, end), IssueAnswer::Issued, "{end:?}");
                for media_type in ["text/html", "text/html; charset=utf-8", "application/xhtml+xml", "text/xml"] {
                    assert_eq!(heard_as(media_type, parts, end), doubt, "{media_type} {end:?}");
                }
                assert_eq!(heard_as("application/json", parts, end), IssueAnswer::Issued, "{end:?}");
            }
            assert_eq!(heard_as("text/html", &[b"{"], end), IssueAnswer::Issued, "{end:?}");
        }
    }

    #[test]
    fn a_reason_is_short_and_plain() {
        let describe =
            |phrase: &'static [u8]| describe(StatusCode::IM_A_TEAPOT, Some(&ReasonPhrase::from_static(phrase)));
        assert_eq!(describe(b"no such\ttemplate \xff"), "418 no such template \u{fffd}");
        assert_eq!(describe(&[b'x'; 5_000]).chars().count(), LONGEST_REASON);
        assert_eq!(super::describe(StatusCode::INTERNAL_SERVER_ERROR, None), "500 Internal Server Error");
    }
}

//! Sync tokens and page tokens: opaque to clients, and tied to the parameters they were issued for.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

/// Where an incremental listing goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SyncToken {
    pub(crate) calendar: String,
    /// Everything up to this change has been listed.
    pub(crate) change: u64,
    /// The parameters that the next listing must have too.
    pub(crate) parameters: String,
}

/// Where a listing of several pages goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PageToken {
    pub(crate) calendar: String,
    pub(crate) parameters: String,
    /// The number of the page, from 1.
    pub(crate) page: u32,
    /// The last change before the first page was listed. The next sync token holds it, because changes between the
    /// pages would be lost otherwise.
    pub(crate) as_of: u64,
    /// The place of the last item listed, in the order of the listing.
    pub(crate) after: (String, String),
}

impl SyncToken {
    pub(crate) fn write(&self) -> String {
        encode(&json!(["sync", self.calendar, self.change, self.parameters]))
    }

    pub(crate) fn read(text: &str) -> Option<Self> {
        let (kind, calendar, change, parameters): (String, _, _, _) = serde_json::from_slice(&decode(text)?).ok()?;
        (kind == "sync").then_some(Self { calendar, change, parameters })
    }
}

impl PageToken {
    pub(crate) fn write(&self) -> String {
        let (key, id) = &self.after;
        encode(&json!(["page", self.calendar, self.parameters, self.page, self.as_of, key, id]))
    }

    pub(crate) fn read(text: &str) -> Option<Self> {
        let (kind, calendar, parameters, page, as_of, key, id): (String, _, _, _, _, _, _) =
            serde_json::from_slice(&decode(text)?).ok()?;
        (kind == "page").then_some(Self { calendar, parameters, page, as_of, after: (key, id) })
    }
}

fn encode(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

fn decode(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

#[cfg(test)]
mod tests {
    use super::{PageToken, SyncToken};

    #[test]
    fn tokens_are_read_back_and_nothing_else_is() {
        let sync = SyncToken { calendar: "a#b".to_owned(), change: 7, parameters: "singleEvents=true".to_owned() };
        let page = PageToken {
            calendar: "a#b".to_owned(),
            parameters: String::new(),
            page: 2,
            as_of: 9,
            after: ("k".to_owned(), "i".to_owned()),
        };
        assert_eq!(SyncToken::read(&sync.write()), Some(sync.clone()));
        assert_eq!(PageToken::read(&page.write()), Some(page.clone()));
        assert_eq!(SyncToken::read(&page.write()), None);
        assert_eq!(PageToken::read(&sync.write()), None);
        assert_eq!(SyncToken::read("nonsense"), None);
    }
}

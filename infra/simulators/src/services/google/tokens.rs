//! Sync tokens and page tokens: opaque to clients, and tied to the parameters they were issued for.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

/// Where incremental listings go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SyncToken {
    pub(crate) calendar: String,
    /// Everything up to this change has been listed.
    pub(crate) change: u64,
    /// The parameters that must stay the same.
    pub(crate) parameters: String,
}

/// Where a listing of several pages goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PageToken {
    pub(crate) calendar: String,
    pub(crate) parameters: String,
    /// The number of the page, from 1.
    pub(crate) page: u32,
    /// The last change when the first page was listed: the next sync token, so that nothing that changes between the
    /// pages is lost.
    pub(crate) as_of: u64,
    /// The place of the last item listed, in the order of the listing.
    pub(crate) after: (String, String),
}

impl SyncToken {
    pub(crate) fn write(&self) -> String {
        encode(&json!(["sync", self.calendar, self.change, self.parameters]))
    }

    pub(crate) fn read(text: &str) -> Option<Self> {
        match decode(text)?.as_slice() {
            [Value::String(kind), Value::String(calendar), change, Value::String(parameters)] if kind == "sync" => {
                Some(Self { calendar: calendar.clone(), change: change.as_u64()?, parameters: parameters.clone() })
            }
            _ => None,
        }
    }
}

impl PageToken {
    pub(crate) fn write(&self) -> String {
        let (key, id) = &self.after;
        encode(&json!(["page", self.calendar, self.parameters, self.page, self.as_of, key, id]))
    }

    pub(crate) fn read(text: &str) -> Option<Self> {
        let fields = decode(text)?;
        let [kind, calendar, parameters, page, as_of, key, id] = fields.as_slice() else {
            return None;
        };
        let text = |value: &Value| value.as_str().map(str::to_owned);
        (kind == "page").then_some(Self {
            calendar: text(calendar)?,
            parameters: text(parameters)?,
            page: u32::try_from(page.as_u64()?).ok()?,
            as_of: as_of.as_u64()?,
            after: (text(key)?, text(id)?),
        })
    }
}

fn encode(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

fn decode(text: &str) -> Option<Vec<Value>> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    serde_json::from_slice(&bytes).ok()
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

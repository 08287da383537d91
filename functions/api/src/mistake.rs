//! What is wrong with a request: all of it, each mistake with its place.

use std::fmt;

use moffman::domain::reservation::InvalidRequest;

/// How many mistakes are listed. The others are counted, because a body may have a hundred thousand.
const MOST_LISTED: usize = 100;
/// How much of a name that a caller sent is repeated in an answer, in characters.
const LONGEST_ECHO: usize = 100;

/// Where a mistake is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum MistakePlace {
    /// The member of the body that these names lead to, the outermost first. None lead to the body itself.
    Member(Vec<String>),
    /// A parameter, after the `?` or in the path.
    Parameter(String),
}

/// A mistake in a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RequestMistake {
    pub(crate) place: MistakePlace,
    /// What is wrong and what is allowed.
    pub(crate) what: String,
    /// Whether nobody can tell what is meant there, so that nothing else can be wrong with it.
    is_unread: bool,
}

/// The mistakes of a request, in the order in which they were found.
#[derive(Clone, Debug, Default)]
pub(crate) struct RequestMistakes {
    pub(crate) listed: Vec<RequestMistake>,
    /// How many more there are.
    pub(crate) unlisted: usize,
}

impl MistakePlace {
    /// The member with this path, as in `user.name`.
    pub(crate) fn member(path: &str) -> Self {
        Self::Member(path.split('.').filter(|name| !name.is_empty()).map(str::to_owned).collect())
    }

    /// The member of this name, which a caller chose.
    pub(crate) fn named(name: &str) -> Self {
        Self::Member(vec![echo(name)])
    }

    /// The parameter of this name.
    pub(crate) fn parameter(name: &str) -> Self {
        Self::Parameter(echo(name))
    }

    /// What callers know it as; the body itself has no name.
    pub(crate) fn field(&self) -> Option<String> {
        match self {
            Self::Member(names) if names.is_empty() => None,
            Self::Member(names) => Some(echo(&names.join("."))),
            Self::Parameter(name) => Some(name.clone()),
        }
    }

    fn contains(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Member(outer), Self::Member(inner)) => inner.starts_with(outer),
            _ => self == other,
        }
    }
}

impl RequestMistake {
    /// Something is wrong with what can be read there.
    pub(crate) fn new(place: MistakePlace, what: impl Into<String>) -> Self {
        Self { place, what: what.into(), is_unread: false }
    }

    /// What is there cannot be read.
    pub(crate) fn unread(place: MistakePlace, what: impl Into<String>) -> Self {
        Self { is_unread: true, ..Self::new(place, what) }
    }

    fn hides(&self, other: &Self) -> bool {
        self == other || self.is_unread && self.place.contains(&other.place)
    }
}

impl fmt::Display for RequestMistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.place.field() {
            Some(field) => write!(f, "`{field}` {}", self.what),
            None => write!(f, "the body {}", self.what),
        }
    }
}

impl RequestMistakes {
    /// Adds a mistake, unless it only follows from another one.
    pub(crate) fn add(&mut self, mistake: RequestMistake) {
        if self.listed.iter().any(|listed| listed.hides(&mistake)) {
            return;
        }
        if self.listed.len() < MOST_LISTED {
            self.listed.push(mistake);
        } else {
            self.unlisted += 1;
        }
    }

    /// Adds what is wrong inside of the member with this path.
    pub(crate) fn add_inside(&mut self, path: &str, inner: Self) {
        for mistake in inner.listed {
            let place = match (MistakePlace::member(path), mistake.place) {
                (MistakePlace::Member(outer), MistakePlace::Member(inner)) => {
                    MistakePlace::Member([outer, inner].concat())
                }
                (_, place) => place,
            };
            self.add(RequestMistake { place, ..mistake });
        }
        self.unlisted += inner.unlisted;
    }

    /// What is right with a member, or nothing once its mistake is added.
    pub(crate) fn keep<T: Default>(&mut self, judged: Result<T, InvalidRequest>) -> T {
        judged.unwrap_or_else(|invalid| {
            self.add(RequestMistake::new(MistakePlace::member(invalid.field), invalid.what));
            T::default()
        })
    }

    /// Whether what the parameter means is known.
    pub(crate) fn can_read(&self, parameter: &str) -> bool {
        let place = MistakePlace::parameter(parameter);
        !self.listed.iter().any(|mistake| mistake.is_unread && mistake.place == place)
    }

    /// What was made of the members, if nothing at all is wrong.
    pub(crate) fn settle<T>(mut self, judged: Result<T, Vec<InvalidRequest>>) -> Result<T, Self> {
        match judged {
            Ok(made) if self.listed.is_empty() => Ok(made),
            Ok(_) => Err(self),
            Err(invalid) => {
                for one in invalid {
                    self.keep::<()>(Err(one));
                }
                Err(self)
            }
        }
    }

    /// Goes on only if nothing is wrong.
    pub(crate) fn none(self) -> Result<(), Self> {
        self.settle(Ok(()))
    }
}

/// Names the first one, which is what a caller sees first.
impl fmt::Display for RequestMistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.listed.first().map_or(Ok(()), |first| first.fmt(f))
    }
}

impl From<RequestMistake> for RequestMistakes {
    fn from(mistake: RequestMistake) -> Self {
        Self { listed: vec![mistake], unlisted: 0 }
    }
}

/// A name as it is repeated in an answer.
fn echo(name: &str) -> String {
    name.chars().take(LONGEST_ECHO).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(path: &str) -> MistakePlace {
        MistakePlace::member(path)
    }

    fn told(mistakes: &RequestMistakes) -> Vec<String> {
        mistakes.listed.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn what_cannot_be_read_has_no_other_mistakes() {
        let mut mistakes = RequestMistakes::default();
        mistakes.add(RequestMistake::unread(member("user"), "must be an object"));
        mistakes.add(RequestMistake::new(member("user.name"), "must not be empty"));
        mistakes.add(RequestMistake::new(member("username"), "is no member"));
        mistakes.add(RequestMistake::new(MistakePlace::parameter("user"), "is no parameter"));
        assert_eq!(told(&mistakes), ["`user` must be an object", "`username` is no member", "`user` is no parameter"]);
        assert!(mistakes.can_read("user"));
        let mut body = RequestMistakes::from(RequestMistake::unread(member(""), "must be an object"));
        body.keep::<()>(Err(InvalidRequest { field: "end", what: "must not precede `start`" }));
        assert_eq!(told(&body), ["the body must be an object"]);
    }

    #[test]
    fn what_can_be_read_may_have_several() {
        let mut mistakes = RequestMistakes::default();
        for what in ["is given more than once", "must not be empty", "is given more than once"] {
            mistakes.add(RequestMistake::new(member("user.name"), what));
        }
        assert_eq!(told(&mistakes), ["`user.name` is given more than once", "`user.name` must not be empty"]);
    }

    #[test]
    fn a_hundred_mistakes_are_listed_and_the_others_counted() {
        let mut inner = RequestMistakes::default();
        for number in 0..250 {
            inner.add(RequestMistake::new(member(&format!("a{number}")), "is no member"));
        }
        let mut mistakes = RequestMistakes::from(RequestMistake::new(member("user"), "is given more than once"));
        mistakes.add_inside("user", inner);
        assert_eq!((mistakes.listed.len(), mistakes.unlisted), (100, 151));
        assert_eq!(mistakes.listed[1].to_string(), "`user.a0` is no member");
    }
}

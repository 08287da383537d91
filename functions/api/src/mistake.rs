//! What is wrong with a request: all of it, each mistake with its place.

use std::collections::HashSet;
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher as _};

use moffman::domain::reservation::InvalidRequest;

/// How many mistakes are listed. The others are counted, because a body may have a hundred thousand.
const MOST_LISTED: usize = 100;
/// How much of a name that a caller sent is repeated in an answer, in characters.
const LONGEST_ECHO: usize = 100;

/// Where a mistake is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum MistakePlace {
    /// The member of the body that these names lead to, the outermost first. None lead to the body itself.
    Member(Vec<String>),
    /// A parameter, after the `?` or in the path.
    Parameter(String),
}

/// A mistake in a request.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
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
    /// The digests of those: they themselves are too many to be kept.
    counted: HashSet<u64>,
    /// Where nobody can tell what is meant, listed or not.
    unread: Vec<MistakePlace>,
}

impl MistakePlace {
    /// The member with this path, as in `user.name`.
    pub(crate) fn member(path: &str) -> Self {
        Self::Member(members(path).collect())
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

    /// The same place, in a body that has this one under a path.
    fn inside(mut self, path: &str) -> Self {
        if let Self::Member(names) = &mut self {
            names.splice(..0, members(path));
        }
        self
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

    fn digest(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.hash(&mut hasher);
        hasher.finish()
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
    /// Adds a mistake, unless it was added before or only follows from another one.
    pub(crate) fn add(&mut self, mistake: RequestMistake) {
        if self.listed.contains(&mistake) || self.unread.iter().any(|place| place.contains(&mistake.place)) {
            return;
        }
        if mistake.is_unread {
            self.unread.push(mistake.place.clone());
        }
        if self.listed.len() < MOST_LISTED {
            self.listed.push(mistake);
        } else if self.counted.insert(mistake.digest()) {
            self.unlisted += 1;
        }
    }

    /// Adds what is wrong inside of the member with this path. A second time it would be counted again where it is not
    /// listed.
    pub(crate) fn add_inside(&mut self, path: &str, inner: Self) {
        for mistake in inner.listed {
            self.add(RequestMistake { place: mistake.place.inside(path), ..mistake });
        }
        self.unlisted += inner.unlisted;
        self.unread.extend(inner.unread.into_iter().map(|place| place.inside(path)));
    }

    /// What is right. Of something else the mistakes are added, and what is answered means nothing.
    pub(crate) fn keep<T: Default>(&mut self, judged: Result<T, Vec<InvalidRequest>>) -> T {
        judged.unwrap_or_else(|invalid| {
            for InvalidRequest { field, what } in invalid {
                self.add(RequestMistake::new(MistakePlace::member(field), what));
            }
            T::default()
        })
    }

    /// Whether what the parameter means is known.
    pub(crate) fn can_read(&self, parameter: &str) -> bool {
        !self.unread.contains(&MistakePlace::parameter(parameter))
    }

    /// What was made of the members, if nothing at all is wrong.
    pub(crate) fn settle<T>(mut self, judged: Result<T, Vec<InvalidRequest>>) -> Result<T, Self> {
        match self.keep(judged.map(Some)) {
            Some(made) if self.listed.is_empty() => Ok(made),
            _ => Err(self),
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
        let mut mistakes = Self::default();
        mistakes.add(mistake);
        mistakes
    }
}

/// The names in a path.
fn members(path: &str) -> impl Iterator<Item = String> {
    path.split('.').filter(|name| !name.is_empty()).map(str::to_owned)
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
        body.keep::<()>(Err(vec![InvalidRequest { field: "end", what: "must not precede `start`" }]));
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

    #[test]
    fn what_is_not_listed_is_counted_once() {
        let mut mistakes = RequestMistakes::default();
        for number in 0..100 {
            mistakes.add(RequestMistake::new(MistakePlace::parameter(&format!("a{number}")), "is no parameter"));
        }
        for _ in 0..2 {
            mistakes.add(RequestMistake::new(MistakePlace::parameter("b"), "is no parameter"));
            mistakes.add(RequestMistake::new(MistakePlace::parameter("b"), "is given more than once"));
        }
        assert_eq!(mistakes.unlisted, 2);
        let mut inner = RequestMistakes::default();
        inner.add(RequestMistake::unread(member(""), "must be an object"));
        mistakes.add_inside("user", inner);
        mistakes.add(RequestMistake::unread(MistakePlace::parameter("from"), "is empty"));
        assert!(!mistakes.can_read("from"));
        mistakes.add(RequestMistake::new(MistakePlace::parameter("from"), "must precede `to`"));
        mistakes.add(RequestMistake::new(member("user.name"), "must not be empty"));
        assert_eq!((mistakes.listed.len(), mistakes.unlisted), (100, 4));
    }
}

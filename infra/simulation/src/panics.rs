//! What was said when something panicked.

use std::any::Any;

/// The message of a panic, if it has one.
pub fn said(panic: Box<dyn Any + Send>) -> String {
    let message = panic.downcast::<String>().map(|message| *message);
    let message = message.or_else(|panic| panic.downcast::<&str>().map(|message| (*message).to_owned()));
    message.unwrap_or_else(|_| "no message".to_owned())
}

#[cfg(test)]
mod tests {
    use std::panic::catch_unwind;

    use super::*;

    #[test]
    fn the_message_of_a_panic_is_told() {
        assert_eq!(said(catch_unwind(|| panic!("always")).unwrap_err()), "always");
        assert_eq!(said(catch_unwind(|| panic!("{} times", 2)).unwrap_err()), "2 times");
        assert_eq!(said(Box::new(7)), "no message");
    }
}

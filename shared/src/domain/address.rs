//! The one way in which addresses of people and calendars are compared.

/// The domains of Gmail; the first one stands for both.
const GMAIL: [&str; 2] = ["gmail.com", "googlemail.com"];

/// An address as it is compared: in lower case and, at Gmail only, without what its users may write in many ways.
///
/// Gmail takes no notice of dots and of what follows a plus: <https://support.google.com/mail/answer/7436150>
pub(super) fn canonical(address: &str) -> String {
    let address = address.to_lowercase();
    let Some((local, domain)) = address.rsplit_once('@').filter(|(_, domain)| GMAIL.contains(domain)) else {
        return address;
    };
    let untagged = local.split_once('+').map_or(local, |(name, _)| name);
    let name = untagged.replace('.', "");
    if name.is_empty() { format!("{local}@{domain}") } else { format!("{name}@{}", GMAIL[0]) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_gmail_has_many_spellings() {
        for (address, key) in [
            ("Anna.Nova@Example.com", "anna.nova@example.com"),
            ("anna+office@example.com", "anna+office@example.com"),
            ("Anna.Nova@Gmail.com", "annanova@gmail.com"),
            ("annanova+office@googlemail.com", "annanova@gmail.com"),
            ("a.n.n.a@gmail.com.example.com", "a.n.n.a@gmail.com.example.com"),
            ("+tag@gmail.com", "+tag@gmail.com"),
            ("no address", "no address"),
        ] {
            assert_eq!(canonical(address), key, "{address}");
        }
    }

    proptest! {
        #[test]
        fn a_key_is_its_own_key(address in r"[A-Za-z.+]{0,8}@(gmail|googlemail|example)\.com") {
            let key = canonical(&address);
            prop_assert_eq!(canonical(&key), key.clone());
            prop_assert_eq!(canonical(&address.to_uppercase()), key);
        }
    }
}

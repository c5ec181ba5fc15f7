//! Addresses and ranges of addresses, as `IpAddress` compares them.

use std::net::IpAddr;

use super::pattern;

/// One address, a range of them, or a pattern of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Network {
    /// The bits that count, and how many they are from the left.
    Range { address: IpAddr, length: u32 },
    /// An address of which parts are `*`.
    Pattern(String),
}

impl Network {
    /// Reads `203.0.113.7`, `203.0.113.0/24`, `2001:db8::/32` or `203.0.113.*`.
    pub(super) fn read(text: &str) -> Option<Self> {
        if text.contains('*') {
            let is_pattern = text.bytes().all(|byte| byte.is_ascii_hexdigit() || b"*.:".contains(&byte));
            return is_pattern.then(|| Self::Pattern(text.to_ascii_lowercase()));
        }
        let (address, length) = match text.split_once('/') {
            Some((address, length)) if length.bytes().all(|byte| byte.is_ascii_digit()) => {
                (address, Some(length.parse().ok()?))
            }
            Some(_) => return None,
            None => (text, None),
        };
        let address = address.parse().ok()?;
        let most = width(address);
        let length = length.unwrap_or(most);
        (length <= most).then_some(Self::Range { address, length })
    }

    pub(super) fn contains(&self, candidate: IpAddr) -> bool {
        let candidate = candidate.to_canonical();
        match self {
            Self::Pattern(text) => pattern::matches(text, &candidate.to_string()),
            Self::Range { address, length } => {
                width(*address) == width(candidate) && shift(*address, *length) == shift(candidate, *length)
            }
        }
    }
}

fn width(address: IpAddr) -> u32 {
    match address {
        IpAddr::V4(_) => 32,
        IpAddr::V6(_) => 128,
    }
}

/// Keeps the leftmost bits of an address; none of no bits.
fn shift(address: IpAddr, length: u32) -> u128 {
    let bits = match address {
        IpAddr::V4(address) => u128::from(address.to_bits()),
        IpAddr::V6(address) => address.to_bits(),
    };
    bits.checked_shr(width(address) - length).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_in_their_ranges_and_in_no_others() {
        for (network, address, expected) in [
            ("203.0.113.7", "203.0.113.7", true),
            ("203.0.113.7", "203.0.113.8", false),
            ("203.0.113.0/24", "203.0.113.255", true),
            ("203.0.113.0/24", "203.0.114.0", false),
            ("203.0.113.9/24", "203.0.113.1", true),
            ("203.0.113.128/25", "203.0.113.127", false),
            ("0.0.0.0/0", "198.51.100.1", true),
            ("0.0.0.0/0", "2001:db8::1", false),
            ("2001:db8::/32", "2001:db8:ffff::1", true),
            ("2001:db8::/32", "2001:db9::1", false),
            ("::/0", "::1", true),
            ("::/0", "127.0.0.1", false),
            ("::1", "::1", true),
            ("203.0.113.7", "::ffff:203.0.113.7", true),
            ("203.0.113.*", "203.0.113.9", true),
            ("203.0.113.*", "203.0.11.39", false),
            ("*", "2001:db8::1", true),
        ] {
            let candidate = address.parse().unwrap();
            assert_eq!(Network::read(network).unwrap().contains(candidate), expected, "{network} {address}");
        }
    }

    #[test]
    fn what_is_no_address_is_not_read() {
        for text in ["", "localhost", "203.0.113", "203.0.113.0/33", "::/129", "203.0.113.0/", "203.0.113.0/+8", "a b*"]
        {
            assert_eq!(Network::read(text), None, "{text}");
        }
    }
}

//! Identifiers and secrets that nobody can guess and no two emulators share.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

fn fill(bytes: &mut [u8]) {
    // Without the operating system's randomness no server can be run in earnest; there is nothing better to do.
    getrandom::fill(bytes).expect("the operating system gives random bytes");
}

/// Makes a random UUID in lower case: the form of task ids.
pub(crate) fn uuid() -> String {
    let mut bytes = [0u8; 16];
    fill(&mut bytes);
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex = to_hex(&bytes);
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

/// Makes a random UUID in upper case: the form of request ids.
pub(crate) fn request_id() -> String {
    uuid().to_ascii_uppercase()
}

/// Makes 32 lower-case hexadecimal digits: the form of trace ids.
pub(crate) fn trace_id() -> String {
    let mut bytes = [0u8; 16];
    fill(&mut bytes);
    to_hex(&bytes)
}

/// Makes `length` random letters and digits.
pub(crate) fn alphanumeric(length: usize) -> String {
    const ALPHABET: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let mut bytes = vec![0u8; length];
    fill(&mut bytes);
    bytes.iter().map(|byte| char::from(ALPHABET[usize::from(*byte) % ALPHABET.len()])).collect()
}

/// Makes base64 text over `length` random bytes.
pub(crate) fn base64_text(length: usize) -> String {
    let mut bytes = vec![0u8; length];
    fill(&mut bytes);
    STANDARD.encode(bytes)
}

/// Writes bytes as lower-case hexadecimal.
pub(crate) fn to_hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    text
}

/// Reads lower-case hexadecimal.
pub(crate) fn from_hex(text: &str) -> Option<Vec<u8>> {
    fn digit(byte: u8) -> Option<u8> {
        match byte {
            b'0'..=b'9' => Some(byte - b'0'),
            b'a'..=b'f' => Some(byte - b'a' + 10),
            _ => None,
        }
    }
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if !rest.is_empty() {
        return None;
    }
    pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn request_ids_look_like_upper_case_uuids_and_differ() {
        let id = request_id();
        assert_eq!(id.len(), 36);
        assert!(id.bytes().all(|byte| byte == b'-' || byte.is_ascii_digit() || (b'A'..=b'F').contains(&byte)));
        assert_ne!(id, request_id());
    }

    #[test]
    fn hexadecimal_goes_there_and_back() {
        assert_eq!(to_hex(&[0, 171, 255]), "00abff");
        assert_eq!(from_hex("00abff"), Some(vec![0, 171, 255]));
        assert_eq!(from_hex("0"), None);
        assert_eq!(from_hex("AB"), None);
    }
}

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::*;
use crate::random::from_hex;

/// Derived with the official Python SDK's `signature_method()` and a key made for this purpose, over `source`.
const SIGNATURE: &str = "5052c6f05edc9e082c39d1ef174707662899a4c0f7983b6079b7ea2f27690f0edc7016976a9d6bbd671c0bc2a49eb3225724be674f56515920e8324e8d762c4260b78b46aac12838112bbc1472bca65ddcb3fa86a656d66d5c58e3140008a1a60fc2ee74da865a0fb504b54c093e86ff3b73d40cf7d33d594ead8d21c6b99eb37096f725353cacb88938e4c6cc7e396f9a2d5345e91522edeab6ac0f0a5908be3d2c6a61c400d71d4e184d377d1a19d5cf7ce879427bd9fcedace95e0dbd21f6439fce7423a6a901e3f237d0b075f82bab4c2106113474e1e1960fe123182d92802b266eb8e4845f58141f841f329dfba73357434e54071fe9fd5c63c37247a5";

/// The public half of that key, as a `SubjectPublicKeyInfo`.
fn wrapped() -> Vec<u8> {
    let pem = include_str!("../../tests/data/public_key.pem");
    STANDARD.decode(pem.lines().filter(|line| !line.starts_with('-')).collect::<String>()).unwrap()
}

#[test]
fn derived_signature_is_verified_with_a_key_of_either_form() {
    let wrapped = wrapped();
    // The wrapping is the outer header of four bytes, the algorithm, and the header of the bits with their count.
    let bare = &wrapped[4 + RSA_ENCRYPTION.len() + 5..];
    for der in [&wrapped[..], bare] {
        let key = PublicKey::from_der(der).unwrap();
        assert!(key.verifies("source", &from_hex(SIGNATURE).unwrap()));
        assert!(!key.verifies("sauce", &from_hex(SIGNATURE).unwrap()));
        assert!(!key.verifies("source", b""));
    }
}

#[test]
fn what_is_no_whole_key_of_2048_bits_is_none() {
    let wrapped = wrapped();
    let mut longer = wrapped.clone();
    longer.push(0);
    let short_key = [&[0x30, 0x09, 0x02, 0x02, 0x00, 0xff][..], &[0x02, 0x03, 0x01, 0x00, 0x01]].concat();
    for der in [&b""[..], b"-----BEGIN PUBLIC KEY-----", &wrapped[..wrapped.len() - 1], &longer, &short_key] {
        assert!(PublicKey::from_der(der).is_none());
    }
}

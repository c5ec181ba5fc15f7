//! The signatures that few clients make, and callers that sign nothing.

use std::time::Duration;

use apsara_emulator::{Account, Clock, Emulator, Quotas, Signature, StartError};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use sha2::{Digest as _, Sha256};
use sm3::Sm3;

use crate::client::{Call, NOON, Reply, encode, exchange, hex, live};

const LIST: &str = "DescribeLivePullToPushList";

fn pem(text: &str) -> Vec<u8> {
    STANDARD.decode(text.lines().filter(|line| !line.starts_with('-')).collect::<String>()).unwrap()
}

fn public_key() -> Vec<u8> {
    pem(include_str!("../data/public_key.pem"))
}

fn rsa(text: &str) -> Vec<u8> {
    let pair = RsaKeyPair::from_pkcs8(&pem(include_str!("../data/key_pair.pem"))).unwrap();
    let mut signature = vec![0; pair.public().modulus_len()];
    pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text.as_bytes(), &mut signature).unwrap();
    signature
}

async fn emulator() -> Emulator {
    let clock = Clock::frozen_at(NOON).unwrap();
    let account = Account::new("1000000000000001")
        .key("LTAI-key", "secret")
        .key_pair("pair", public_key())
        .bearer_token("carried");
    Emulator::builder()
        .account(account)
        .clock(clock.clone())
        .gateway_clock(clock)
        .quota(Quotas::Off)
        .start()
        .await
        .unwrap()
}

fn refused(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

/// Sends a V3 request of one of the rarer algorithms.
async fn rare_v3(emulator: &Emulator, algorithm: &str, id: &str, nonce: &str, secret: &str) -> Reply {
    let hash =
        |text: &str| if algorithm.ends_with("SM3") { hex(&Sm3::digest(text)) } else { hex(&Sha256::digest(text)) };
    let names = "host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version";
    let lines = format!(
        "host:{}\nx-acs-action:{LIST}\nx-acs-content-sha256:{}\nx-acs-date:{NOON}\nx-acs-signature-nonce:{nonce}\nx-acs-version:2016-11-01\n",
        emulator.host(),
        hash(""),
    );
    let canonical = format!("GET\n/\nRegion=cn-shanghai\n{lines}\n{names}\n{}", hash(""));
    let to_sign = format!("{algorithm}\n{}", hash(&canonical));
    let signature = if algorithm == "ACS3-HMAC-SM3" {
        let mut mac = Hmac::<Sm3>::new_from_slice(secret.as_bytes()).unwrap();
        mac.update(to_sign.as_bytes());
        mac.finalize().into_bytes().to_vec()
    } else {
        rsa(&to_sign)
    };
    let head = lines.trim_end().replace('\n', "\r\n");
    let request = format!(
        "GET /?Region=cn-shanghai HTTP/1.1\r\n{head}\r\nauthorization: {algorithm} Credential={id},SignedHeaders={names},Signature={}\r\nconnection: close\r\n\r\n",
        hex(&signature),
    );
    exchange(emulator, request.as_bytes()).await
}

#[tokio::test]
async fn v3_with_sm3_and_with_rsa_are_verified() {
    let emulator = emulator().await;
    assert_eq!(rare_v3(&emulator, "ACS3-HMAC-SM3", "LTAI-key", "1", "secret").await.verdict(), refused(200, "OK"));
    assert_eq!(rare_v3(&emulator, "ACS3-RSA-SHA256", "pair", "2", "").await.verdict(), refused(200, "OK"));
    let wrong = rare_v3(&emulator, "ACS3-HMAC-SM3", "LTAI-key", "3", "wrong").await;
    assert_eq!(wrong.verdict(), refused(400, "SignatureDoesNotMatch"));
    let told = "Specified signature is not matched with our calculation. server string to sign is:ACS3-HMAC-SM3\n";
    assert!(wrong.text("Message").starts_with(told), "{wrong:?}");
    // A secret makes no RSA signature, and a key pair no other.
    let mixed = rare_v3(&emulator, "ACS3-RSA-SHA256", "LTAI-key", "4", "secret").await;
    assert_eq!(mixed.verdict(), refused(400, "IncompleteSignature"));
    let mixed = rare_v3(&emulator, "ACS3-HMAC-SM3", "pair", "5", "secret").await;
    assert_eq!(mixed.verdict(), refused(400, "IncompleteSignature"));
    let signatures: Vec<_> = emulator.ledger().into_iter().filter_map(|entry| entry.signature).collect();
    assert_eq!(signatures[..2], [Signature::V3Sm3, Signature::V3Rsa]);
    assert_eq!(emulator.ledger()[1].account.as_deref(), Some("1000000000000001"));
}

#[tokio::test]
async fn v1_with_rsa_is_verified() {
    let emulator = emulator().await;
    let mut call = live(&emulator, LIST, &[("Region", "cn-shanghai")]);
    for (name, value) in [
        ("AccessKeyId", "pair"),
        ("Action", LIST),
        ("Format", "JSON"),
        ("SignatureMethod", "SHA256withRSA"),
        ("SignatureNonce", "1"),
        ("SignatureType", "PRIVATEKEY"),
        ("SignatureVersion", "1.0"),
        ("Timestamp", NOON),
        ("Version", "2016-11-01"),
    ] {
        call.parameters.push((name.to_owned(), value.to_owned()));
    }
    let to_sign = format!("GET&%2F&{}", encode(&crate::client::canonical(&call.parameters)));
    call.parameters.push(("Signature".to_owned(), STANDARD.encode(rsa(&to_sign))));
    assert_eq!(call.send_unsigned(&emulator).await.verdict(), refused(200, "OK"));
    call.parameters[0].1 = "cn-beijing".to_owned();
    assert_eq!(call.send_unsigned(&emulator).await.verdict(), refused(400, "SignatureDoesNotMatch"));
}

#[tokio::test]
async fn a_key_pair_that_cannot_be_read_is_told_before_the_start() {
    let account = Account::new("1").key("k", "s").key_pair("pair", b"-----BEGIN PUBLIC KEY-----".to_vec());
    let error = Emulator::builder().account(account).start().await.unwrap_err();
    assert!(matches!(&error, StartError::InvalidPublicKey { key_pair_id } if key_pair_id == "pair"), "{error}");
}

fn bearer(emulator: &Emulator, more: &[(&str, &str)]) -> Call {
    let mut call = live(emulator, LIST, &[("Region", "cn-shanghai"), ("Format", "JSON")]);
    let common = [("Action", LIST), ("Version", "2016-11-01"), ("SignatureType", "BEARERTOKEN")];
    let pairs = common.iter().chain(more).map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    call.parameters.extend(pairs);
    call
}

#[tokio::test]
async fn a_bearer_needs_no_signature() {
    let emulator = emulator().await;
    for (more, expected) in [
        (&[("BearerToken", "carried")][..], refused(200, "OK")),
        (&[("BearerToken", "carried"), ("Timestamp", NOON)], refused(200, "OK")),
        (
            &[("BearerToken", "carried"), ("Timestamp", "2026-01-01T13:00:00Z")],
            refused(400, "InvalidTimeStamp.Expired"),
        ),
        (&[("BearerToken", "found")], refused(400, "InvalidBearerToken")),
        (&[], refused(400, "MissingBearerToken")),
    ] {
        assert_eq!(bearer(&emulator, more).send_unsigned(&emulator).await.verdict(), expected, "{more:?}");
    }
    let first = &emulator.ledger()[0];
    assert_eq!((first.signature, first.account.as_deref()), (Some(Signature::Bearer), Some("1000000000000001")));
}

#[tokio::test]
async fn a_bearer_may_say_all_in_headers() {
    let emulator = emulator().await;
    let head = |kind: &str, query: &str| {
        format!(
            "GET /?Region=cn-shanghai{query} HTTP/1.1\r\nhost: {}\r\nx-acs-action: {LIST}\r\nx-acs-version: 2016-11-01\r\n\
             x-acs-date: {NOON}\r\nx-acs-bearer-token: carried\r\n{kind}connection: close\r\n\r\n",
            emulator.host()
        )
    };
    for request in [head("x-acs-signature-type: BEARERTOKEN\r\n", ""), head("", "&SignatureType=BEARERTOKEN")] {
        assert_eq!(exchange(&emulator, request.as_bytes()).await.verdict(), refused(200, "OK"), "{request}");
    }
    emulator.clock().advance(Duration::from_secs(901));
    let late = exchange(&emulator, head("", "&SignatureType=BEARERTOKEN").as_bytes()).await;
    assert_eq!(late.verdict(), refused(400, "InvalidTimeStamp.Expired"));
}

#[tokio::test]
async fn an_emulator_that_believes_everything_still_wants_to_know_who_calls() {
    let emulator = Emulator::builder().unverified().start().await.unwrap();
    let mut call = live(&emulator, LIST, &[("Region", "cn-shanghai")]);
    call.key.1 = "wrong".to_owned();
    call.date = "2001-01-01T00:00:00Z".to_owned();
    for _ in 0..2 {
        assert_eq!(call.v3(&emulator).await.verdict(), refused(200, "OK"));
        assert_eq!(call.v1(&emulator, Some("JSON")).await.verdict(), refused(200, "OK"));
    }
    assert_eq!(emulator.ledger()[0].account.as_deref(), Some(emulator.account_id()));
    // A time without a key is believed too: what is missed is a parameter.
    let pairs =
        [("Action", "AssumeRoleWithOIDC"), ("Version", "2015-04-01"), ("Format", "JSON"), ("Timestamp", "noon")];
    let anonymous = Call::new(&emulator, "2015-04-01", "AssumeRoleWithOIDC", &pairs);
    assert_eq!(anonymous.send_unsigned(&emulator).await.verdict().1, "MissingOIDCProviderArn");
    call.key.0 = "LTAI-nobody".to_owned();
    assert_eq!(call.v3(&emulator).await.verdict(), refused(404, "InvalidAccessKeyId.NotFound"));
}

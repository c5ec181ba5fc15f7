//! Roles that are assumed with one thing and with another.

use std::time::Duration;

use super::*;
use crate::credentials::CredentialsProvider;
use crate::credentials::fixed::Fixed;
use crate::credentials::testing::{Answers, assumed};

const ROLE: &str = "acs:ram::1234567890123456:role/ops";

fn answers() -> Answers {
    Answers::new([("POST https://sts", 200, assumed("STS.role"))])
}

/// Has a provider give a key, and then some others that were made of it, each of which must ask for one of its own.
async fn each_asks<P: CredentialsProvider>(answers: &Answers, first: &P, others: &[(P, &str)]) {
    first.credentials().await.unwrap();
    for (index, (other, told)) in others.iter().enumerate() {
        other.credentials().await.unwrap();
        let asked = answers.asked();
        assert_eq!(asked.len(), index + 2, "{told}");
        let asked = asked.last().unwrap().uri().to_string();
        assert!(asked.contains(told), "{asked} without {told}");
    }
    first.credentials().await.unwrap();
    assert_eq!(answers.asked().len(), others.len() + 1, "the first one's key stays its own");
}

#[tokio::test(start_paused = true)]
async fn a_role_that_is_set_otherwise_is_given_no_key_of_the_one_that_it_was_made_of() {
    let answers = answers();
    let wide = AssumeRole::new(Fixed::Key(Credentials::new("LTAI", "s").unwrap()), ROLE).transport(answers.clone());
    let others = [
        (wide.clone().policy("{}"), "Policy="),
        (wide.clone().session_name("relay"), "RoleSessionName=relay"),
        (wide.clone().duration(Duration::from_secs(900)), "DurationSeconds=900"),
        (wide.clone().external_id("agreed"), "ExternalId=agreed"),
        (wide.clone().sts_region("cn-beijing"), "https://sts.cn-beijing.aliyuncs.com/"),
        (wide.clone().sts_endpoint("sts.test"), "https://sts.test/"),
        (wide.clone().transport(answers.clone()), "https://sts.aliyuncs.com/"),
    ];
    each_asks(&answers, &wide, &others).await;
}

#[tokio::test(start_paused = true)]
async fn a_role_by_a_token_that_is_set_otherwise_is_given_no_key_of_the_one_that_it_was_made_of() {
    let answers = answers();
    let folder = tempfile::tempdir().unwrap();
    let token = folder.path().join("token");
    std::fs::write(&token, "token").unwrap();
    let wide = OidcRole::new(ROLE, "acs:ram::1:oidc-provider/k8s", token).transport(answers.clone());
    let others = [
        (wide.clone().policy("{}"), "Policy="),
        (wide.clone().session_name("relay"), "RoleSessionName=relay"),
        (wide.clone().duration(Duration::from_secs(900)), "DurationSeconds=900"),
        (wide.clone().sts_region("cn-beijing"), "https://sts.cn-beijing.aliyuncs.com/"),
        (wide.clone().sts_endpoint("sts.test"), "https://sts.test/"),
        (wide.clone().transport(answers.clone()), "https://sts.aliyuncs.com/"),
    ];
    each_asks(&answers, &wide, &others).await;
}

use super::*;
use crate::field;
use crate::record::{Field, Record};

#[derive(Default)]
struct Asked {
    page: Option<i32>,
    size: Option<i32>,
    token: Option<String>,
}

impl Record for Asked {
    const FIELDS: &'static [Field<Self>] = &[field!("Page", page), field!("PageSize", size), field!("Token", token)];
}

#[derive(Default)]
struct Answer {
    last: Option<i64>,
    more: Option<bool>,
    next: Option<String>,
    ratio: Option<f64>,
    total: Option<i64>,
}

impl Record for Answer {
    const FIELDS: &'static [Field<Self>] = &[
        field!("Last", last),
        field!("More", more),
        field!("Next", next),
        field!("Ratio", ratio),
        field!("Total", total),
    ];
}

const NUMBER: Paging = Paging::number("Page", "PageSize", "Total");
const NUMBER_OF: Paging = Paging::number_of("Page", "PageSize", "Last");
const TOKEN: Paging = Paging::token("Token", "Next").more("More");
const BOTH: Paging = NUMBER.or_token("Token", "Next");

fn total(total: i64) -> Answer {
    Answer { total: Some(total), ..Answer::default() }
}

fn next(next: &str) -> Answer {
    Answer { next: Some(next.to_owned()), ..Answer::default() }
}

/// Takes answers, each with its number of items, until the list ends; returns how many that took, and what came last.
fn walk(paging: &Paging, asked: &mut Asked, answers: &[(Answer, usize)]) -> (usize, Step) {
    let mut place = Place::of(paging, asked);
    for (index, (answer, items)) in answers.iter().enumerate() {
        let step = place.step(paging, asked, answer, *items);
        if step != Step::Next {
            return (index + 1, step);
        }
    }
    (answers.len(), Step::Next)
}

fn numbers(answers: &[(Answer, usize)]) -> (usize, Step) {
    walk(&NUMBER, &mut Asked::default(), answers)
}

#[test]
fn a_total_ends_a_list_when_so_many_items_were_given() {
    assert_eq!(numbers(&[(total(25), 10), (total(25), 10), (total(25), 5)]), (3, Step::Last));
    assert_eq!(numbers(&[(total(20), 10), (total(20), 10)]), (2, Step::Last));
    assert_eq!(numbers(&[(total(3), 3)]), (1, Step::Last));
    // A page may be short because something on it is not for these eyes.
    assert_eq!(numbers(&[(total(25), 10), (total(25), 3), (total(25), 10), (total(25), 2)]), (4, Step::Last));
}

#[test]
fn a_total_may_be_a_number() {
    let paging = Paging::number("Page", "PageSize", "Ratio");
    let total = |total| Answer { ratio: Some(total), ..Answer::default() };
    let walk = |answers: &[_]| walk(&paging, &mut Asked::default(), answers);
    assert_eq!(walk(&[(total(25.0), 10), (total(25.0), 3), (total(25.0), 10), (total(25.0), 2)]), (4, Step::Last));
    // One that counts nothing is none.
    for none in [25.5, f64::NAN, f64::INFINITY] {
        assert_eq!(walk(&[(total(none), 10), (total(none), 3)]), (2, Step::Last));
    }
}

#[test]
fn the_last_total_counts() {
    assert_eq!(numbers(&[(total(11), 10), (total(21), 10), (total(21), 1)]), (3, Step::Last));
    assert_eq!(numbers(&[(total(40), 10), (total(20), 10)]), (2, Step::Last));
}

#[test]
fn an_empty_page_ends_a_list_whatever_the_total() {
    assert_eq!(numbers(&[(total(1000), 10), (total(1000), 0)]), (2, Step::Nothing));
    assert_eq!(numbers(&[(total(1000), 0)]), (1, Step::Last));
    assert_eq!(numbers(&[(Answer::default(), 0)]), (1, Step::Last));
}

#[test]
fn without_a_total_a_short_page_ends_a_list() {
    let none = Answer::default;
    assert_eq!(numbers(&[(none(), 10), (none(), 10), (none(), 9)]), (3, Step::Last));
    let mut asked = Asked { size: Some(10), ..Asked::default() };
    assert_eq!(walk(&NUMBER, &mut asked, &[(none(), 9)]), (1, Step::Last));
    assert_eq!(numbers(&[(none(), 9), (none(), 0)]), (2, Step::Nothing));
    // A total that is less than what is there, or negative, says nothing.
    for lie in [0, 4, -1] {
        assert_eq!(numbers(&[(total(lie), 5), (total(lie), 5), (total(lie), 1)]), (3, Step::Last));
    }
}

#[test]
fn a_list_begins_where_the_caller_says_and_keeps_the_size() {
    let mut asked = Asked { page: Some(3), size: Some(10), token: None };
    assert_eq!(walk(&NUMBER, &mut asked, &[(total(45), 10), (total(45), 10), (total(45), 5)]), (3, Step::Last));
    assert_eq!((asked.page, asked.size), (Some(5), Some(10)));
    let mut asked = Asked::default();
    walk(&NUMBER, &mut asked, &[(total(45), 10)]);
    assert_eq!((asked.page, asked.size), (Some(2), None), "the size is the cloud's if the caller sets none");
}

#[test]
fn the_number_of_the_last_page_ends_a_list() {
    let last = |last| Answer { last: Some(last), ..Answer::default() };
    let walk = |answers: &[_]| walk(&NUMBER_OF, &mut Asked::default(), answers);
    assert_eq!(walk(&[(last(2), 10), (last(2), 10)]), (2, Step::Last));
    assert_eq!(walk(&[(last(9), 10), (last(9), 0)]), (2, Step::Nothing));
    assert_eq!(walk(&[(last(0), 10), (last(0), 3)]), (2, Step::Last));
}

#[test]
fn a_total_that_always_lies_ahead_does_not_make_a_list_endless() {
    let mut asked = Asked::default();
    let mut place = Place::of(&NUMBER, &asked);
    let mut pages = 1;
    while place.step(&NUMBER, &mut asked, &total(i64::MAX), 10) == Step::Next {
        pages += 1;
        assert!(pages <= MOST_PAGES);
    }
    assert_eq!(pages, MOST_PAGES);
}

#[test]
fn a_token_is_sent_until_there_is_none() {
    let mut asked = Asked::default();
    let mut place = Place::of(&TOKEN, &asked);
    assert_eq!(place.step(&TOKEN, &mut asked, &next("a"), 2), Step::Next);
    assert_eq!(asked.token.as_deref(), Some("a"));
    // An empty page may have another one behind it.
    assert_eq!(place.step(&TOKEN, &mut asked, &next("b"), 0), Step::Next);
    assert_eq!(asked.token.as_deref(), Some("b"));
    assert_eq!(place.step(&TOKEN, &mut asked, &next(""), 1), Step::Last);
    assert_eq!(walk(&TOKEN, &mut Asked::default(), &[(Answer::default(), 2)]), (1, Step::Last));
    let over = Answer { more: Some(false), ..next("c") };
    assert_eq!(walk(&TOKEN, &mut Asked::default(), &[(over, 2)]), (1, Step::Last));
    let goes_on = Answer { more: Some(true), ..next("c") };
    assert_eq!(walk(&TOKEN, &mut Asked::default(), &[(goes_on, 2)]), (1, Step::Next));
}

#[test]
fn a_token_that_comes_again_ends_a_list_with_an_error() {
    let endless = |asked: &mut Asked, tokens: &[&str]| {
        let answers: Vec<_> = tokens.iter().map(|token| (next(token), 1)).collect();
        let (answers, step) = walk(&TOKEN, asked, &answers);
        (answers, matches!(step, Step::Endless(_)))
    };
    assert_eq!(endless(&mut Asked::default(), &["a", "a"]), (2, true));
    assert_eq!(endless(&mut Asked::default(), &["a", "b", "c", "a"]), (4, true));
    let mut begun = Asked { token: Some("a".to_owned()), ..Asked::default() };
    assert_eq!(endless(&mut begun, &["b", "a"]), (2, true), "the caller's own counts as well");
}

#[test]
fn an_operation_with_both_goes_on_by_what_its_answers_have() {
    let by_token = |token| Answer { total: Some(4), ..next(token) };
    let mut asked = Asked::default();
    assert_eq!(walk(&BOTH, &mut asked, &[(by_token("a"), 2), (by_token("b"), 2), (by_token(""), 0)]), (3, Step::Last));
    assert_eq!((asked.page, asked.token.as_deref()), (None, Some("b")));
    let mut asked = Asked::default();
    assert_eq!(walk(&BOTH, &mut asked, &[(total(4), 2), (total(4), 2)]), (2, Step::Last));
    assert_eq!((asked.page, asked.token), (Some(2), None));
}

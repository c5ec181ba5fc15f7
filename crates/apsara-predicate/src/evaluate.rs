//! Whether a condition holds. What is not known stays unknown, unless the rest decides alone.

use std::cmp::Ordering;

use serde_json::Value;

use crate::{Comparator, Comparison, Node, Operand};

pub(crate) fn holds(node: &Node, answer: &Value, request: &Value) -> Option<bool> {
    let hold = |node: &Node| holds(node, answer, request);
    match node {
        Node::Any(nodes) => joined(nodes.iter().map(hold), true),
        Node::All(nodes) => joined(nodes.iter().map(hold), false),
        Node::Not(node) => hold(node).map(|holds| !holds),
        Node::Compare(comparison) => compare(comparison, answer, request),
    }
}

/// Joins parts of which one that is `decisive` decides, whatever is not known of the others.
fn joined(parts: impl Iterator<Item = Option<bool>>, decisive: bool) -> Option<bool> {
    let mut is_known = true;
    for part in parts {
        match part {
            Some(part) if part == decisive => return Some(decisive),
            Some(_) => {}
            None => is_known = false,
        }
    }
    is_known.then_some(!decisive)
}

/// A value that can be compared.
#[derive(PartialEq)]
enum Scalar<'a> {
    Integer(i64),
    Text(&'a str),
    Bool(bool),
}

fn compare(comparison: &Comparison, answer: &Value, request: &Value) -> Option<bool> {
    let left = scalar(&comparison.left, answer, request)?;
    let right = scalar(&comparison.right, answer, request)?;
    let order = match (&left, &right) {
        (Scalar::Integer(left), Scalar::Integer(right)) => Some(left.cmp(right)),
        (Scalar::Text(_), Scalar::Text(_)) | (Scalar::Bool(_), Scalar::Bool(_)) => None,
        // Values of two types say nothing of each other.
        _ => return None,
    };
    match comparison.by {
        Comparator::Equal => Some(left == right),
        Comparator::Unequal => Some(left != right),
        Comparator::Less => order.map(Ordering::is_lt),
        Comparator::AtMost => order.map(Ordering::is_le),
        Comparator::Greater => order.map(Ordering::is_gt),
        Comparator::AtLeast => order.map(Ordering::is_ge),
    }
}

fn scalar<'a>(operand: &'a Operand, answer: &'a Value, request: &'a Value) -> Option<Scalar<'a>> {
    let value = match operand {
        Operand::Integer(number) => return Some(Scalar::Integer(*number)),
        Operand::Text(text) => return Some(Scalar::Text(text)),
        Operand::Bool(value) => return Some(Scalar::Bool(*value)),
        Operand::Answer(path) => follow(answer, path)?,
        Operand::Request(path) => follow(request, path)?,
    };
    match value {
        Value::Number(number) => number.as_i64().map(Scalar::Integer),
        Value::String(text) => Some(Scalar::Text(text)),
        Value::Bool(value) => Some(Scalar::Bool(*value)),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

fn follow<'a>(value: &'a Value, path: &[String]) -> Option<&'a Value> {
    path.iter().try_fold(value, |value, name| value.as_object()?.get(name))
}

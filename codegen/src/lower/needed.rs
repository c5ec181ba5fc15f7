//! Which of the types that operations share some of them need.

use std::collections::BTreeSet;

use crate::model::{NamedEnum, Operation, Record, Type};

/// Keeps the types that operations hold, however deep.
pub(super) fn keep(operations: &[Operation], enums: &mut Vec<NamedEnum>, records: &mut Vec<Record>) {
    let mut needed: BTreeSet<String> = BTreeSet::new();
    let mut open: Vec<String> = operations.iter().flat_map(|operation| operation.uses.iter().cloned()).collect();
    while let Some(name) = open.pop() {
        if let Some(record) = records.iter().find(|record| record.name == name && !needed.contains(&name)) {
            open.extend(record.fields.iter().filter_map(|field| named(&field.of)));
        }
        needed.insert(name);
    }
    enums.retain(|named| needed.contains(&named.name));
    records.retain(|record| needed.contains(&record.name));
}

/// Returns the name of a type, or of what its list or map holds.
fn named(of: &Type) -> Option<String> {
    match of {
        Type::List(item) | Type::Map(item) => named(item),
        Type::Named(name) | Type::Record(name) | Type::Recursive(name) => Some(name.clone()),
        _ => None,
    }
}

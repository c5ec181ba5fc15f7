//! What RAM calls the actions of operations.

use serde_json::Value;

use super::Operation;

impl Operation {
    /// What RAM calls the actions that a call needs; one of the operation's own name where no document says it.
    pub(crate) fn ram_actions(&self, product: &str) -> Vec<String> {
        if self.ram_actions.is_empty() {
            vec![format!("{}:{}", product.to_ascii_lowercase(), self.name)]
        } else {
            self.ram_actions.clone()
        }
    }
}

/// Reads the actions that the portal's rows for RAM name, each once.
pub(super) fn read_ram_actions(spec: &Value) -> Vec<String> {
    let mut actions = Vec::new();
    for row in spec["ramActions"].as_array().into_iter().flatten() {
        match row["ramAction"]["action"].as_str() {
            Some(action) if !actions.iter().any(|known| known == action) => actions.push(action.to_owned()),
            _ => {}
        }
    }
    actions
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Product;

    #[test]
    fn actions_come_from_the_overlay_the_spec_or_the_name() {
        let version = apsara_specs::version("live", "2016-11-01").expect("it ships");
        let live = Product::shipped(version);
        let actions = |name: &str| live.operation(name).expect("it is one of Live's").ram_actions(live.code());
        assert_eq!(actions("RestartLivePullToPush"), ["live:RestartLivePullToPush"]);
        let read = |spec| Operation::read("Ask", spec).expect("it can be read").ram_actions("Ecs");
        assert_eq!(read(serde_json::json!({})), ["ecs:Ask"]);
        let row = |action: &str| serde_json::json!({ "ramAction": { "action": action } });
        let rows = serde_json::json!({ "ramActions": [row("a:B"), row("a:C"), row("a:B"), {}] });
        assert_eq!(read(rows), ["a:B", "a:C"]);
    }
}

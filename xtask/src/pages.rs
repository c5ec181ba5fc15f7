//! How the lists of products go on from page to page, printed.

use std::collections::BTreeMap;

use apsara_codegen::PagesOf;

/// Prints, for each product, how many operations go on by what, and then every operation that leaves a doubt, with the reason.
pub(crate) fn print(products: &[PagesOf]) {
    println!("{:<32} {:>9} {:>8} {:>6} {:>8}", "product", "by number", "by token", "either", "in doubt");
    let mut sum = [0; 4];
    for product in products {
        let [number, token, either] = product.kinds;
        let row = [number, token, either, product.doubts.values().map(Vec::len).sum()];
        if row != [0; 4] {
            line(&product.product, row);
        }
        sum.iter_mut().zip(row).for_each(|(sum, count)| *sum += count);
    }
    line("all", sum);
    let mut reasons: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for product in products {
        for (reason, names) in &product.doubts {
            let names = names.iter().map(|name| format!("{}:{name}", product.product));
            reasons.entry(reason).or_default().extend(names);
        }
    }
    for (reason, names) in reasons {
        println!("{} without pages: {reason}: {}", names.len(), names.join(", "));
    }
}

fn line(name: &str, [number, token, either, doubt]: [usize; 4]) {
    println!("{name:<32} {number:>9} {token:>8} {either:>6} {doubt:>8}");
}

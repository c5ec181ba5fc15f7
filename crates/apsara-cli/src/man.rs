//! `apsara man`: a page for the program, for each of its commands, and for each product and operation.

use std::path::Path;

use clap::Command;
use clap_mangen::Man;

use crate::builtin;
use crate::catalog::{self, Product, products};
use crate::failure::Failure;
use crate::help::{self, Branch};

/// Writes the pages into a folder; returns how many.
pub(crate) fn write(folder: &Path, product: Option<&str>) -> Result<usize, Failure> {
    let chosen = product.map(|name| catalog::product(name, None)).transpose()?.map(|product| product.word());
    std::fs::create_dir_all(folder).map_err(|error| Failure::of_file(folder, error))?;
    let mut root = help::tree(&Branch::Root);
    root.build();
    let mut written = 0;
    for command in root.get_subcommands().filter(|command| builtin::NAMES.contains(&command.get_name())) {
        written += page(folder, &format!("apsara-{}", command.get_name()), command.clone())?;
    }
    written += page(folder, "apsara", root)?;
    for version in products().filter(|version| chosen.as_deref().is_none_or(|chosen| chosen == version.product())) {
        let product = Product::from(version);
        for name in version.operations() {
            let operation = product.decode(name)?;
            let name = format!("apsara-{}-{}", product.word(), operation.word());
            written += page(folder, &name, help::operation(&operation))?;
        }
        written += page(folder, &format!("apsara-{}", product.word()), help::product(&product, None))?;
    }
    Ok(written)
}

fn page(folder: &Path, name: &str, command: Command) -> Result<usize, Failure> {
    let path = folder.join(format!("{name}.1"));
    let mut page = Vec::new();
    let man = Man::new(command.name(name.to_owned()).disable_help_flag(true)).manual("Apsara").date("");
    man.render(&mut page).map_err(|error| Failure::of_file(&path, error))?;
    std::fs::write(&path, page).map_err(|error| Failure::of_file(&path, error))?;
    Ok(1)
}

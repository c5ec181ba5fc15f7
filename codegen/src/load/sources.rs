//! Finds the files of specs, and reads them.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::{DOCUMENT, OVERLAY, PRODUCT};

/// The folder of the JSON Schemas that files of our own name; it stands beside those of the products.
const SCHEMAS: &str = "schema";

/// Holds spec files, version by version.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    pub(super) versions: BTreeMap<String, Files>,
    pub(super) strays: Vec<Stray>,
}

/// A file at which a layout of `PRODUCT/VERSION/` folders has none.
#[derive(Clone, Debug)]
pub(super) struct Stray {
    pub(super) path: String,
    /// Where it belongs.
    pub(super) belongs: String,
}

/// The files of a version.
#[derive(Clone, Debug, Default)]
pub(super) struct Files {
    /// Whether they stand in `PRODUCT/VERSION/`; else only they themselves say what they are of.
    pub(super) in_layout: bool,
    /// The path, by which a file is told, and the text, by the name that the file has in that layout.
    pub(super) texts: BTreeMap<String, (String, String)>,
}

impl Sources {
    /// Reads every JSON file two folders below `root` (`PRODUCT/VERSION/*.json`); `name` is what the folder is called in
    /// refusals and in what is generated. One that stands elsewhere is refused when the specs are generated, but for the JSON Schemas in
    /// the folder `schema`.
    ///
    /// # Errors
    ///
    /// Fails if a folder or a file cannot be read.
    pub fn read(root: &Path, name: &str) -> io::Result<Self> {
        let mut sources = Self::default();
        sources.strays(root, name, &format!("{name}/PRODUCT/VERSION"))?;
        for product in folders(root, true)? {
            let (folder, path) = (root.join(&product), format!("{name}/{product}"));
            if product != SCHEMAS {
                sources.strays(&folder, &path, &format!("{path}/VERSION"))?;
            }
            for version in folders(&folder, true)? {
                let (folder, path) = (folder.join(&version), format!("{path}/{version}"));
                for (file, text) in texts(&folder)? {
                    sources.insert(format!("{path}/{file}"), text);
                }
                sources.strays_below(&folder, &path, &path)?;
            }
        }
        Ok(sources)
    }

    /// Notes the JSON files of a folder that none is read of; `belongs` is where they would be.
    fn strays(&mut self, folder: &Path, path: &str, belongs: &str) -> io::Result<()> {
        for entry in fs::read_dir(folder).map_err(|error| named(folder, &error))? {
            let Ok(file) = entry?.file_name().into_string() else { continue };
            if is_spec(&file) {
                self.strays.push(Stray { path: format!("{path}/{file}"), belongs: format!("{belongs}/{file}") });
            }
        }
        Ok(())
    }

    /// Notes the JSON files of every folder in a version's, however deep.
    fn strays_below(&mut self, version: &Path, path: &str, belongs: &str) -> io::Result<()> {
        // A link that leads up again would have no end.
        for name in folders(version, false)? {
            let (folder, path) = (version.join(&name), format!("{path}/{name}"));
            self.strays(&folder, &path, belongs)?;
            self.strays_below(&folder, &path, belongs)?;
        }
        Ok(())
    }

    /// Reads what somebody has: a whole document of the portal, a folder with the files of one version, or a folder of
    /// `PRODUCT/VERSION` folders.
    ///
    /// # Errors
    ///
    /// Fails if a folder or a file cannot be read.
    pub fn open(path: &Path) -> io::Result<Self> {
        Self::find(path, &[]).map(|(sources, _)| sources)
    }

    /// Adds a file of a folder `PRODUCT/VERSION`.
    pub fn insert(&mut self, path: impl Into<String>, text: impl Into<String>) {
        let path = path.into();
        let (folder, file) = path.rsplit_once('/').unwrap_or(("", &path));
        let files = self.versions.entry(folder.to_owned()).or_default();
        files.in_layout = true;
        files.texts.insert(file.to_owned(), (path.clone(), text.into()));
    }

    /// Adds a whole document of the portal, wherever it stands: it says its product and version itself.
    pub fn insert_document(&mut self, path: impl Into<String>, text: impl Into<String>) {
        let path = path.into();
        self.versions.entry(path.clone()).or_default().texts.insert(DOCUMENT.to_owned(), (path, text.into()));
    }

    /// Reads what somebody has: a whole document of the portal, a folder with the files of one version, or a folder of
    /// `PRODUCT/VERSION` folders; and overlays that stand elsewhere. Returns the paths that were read as well.
    ///
    /// # Errors
    ///
    /// Fails if a folder or a file cannot be read.
    pub(crate) fn find(source: &Path, overlays: &[PathBuf]) -> io::Result<(Self, Vec<PathBuf>)> {
        let name = shown(source);
        let mut sources = Self::default();
        if !source.is_dir() {
            sources.insert_document(&name, text(source)?);
        } else if source.join(PRODUCT).exists() || source.join(DOCUMENT).exists() {
            let files = sources.versions.entry(name.clone()).or_default();
            for (file, text) in texts(source)? {
                files.texts.insert(file.clone(), (format!("{name}/{file}"), text));
            }
            sources.strays_below(source, &name, &name)?;
        } else {
            sources = Self::read(source, &name)?;
        }
        for overlay in overlays {
            let text = text(overlay)?;
            let file = overlay.file_name().unwrap_or_default().to_string_lossy();
            let wrong = |what: &str| io::Error::new(io::ErrorKind::InvalidInput, format!("{}: {what}", shown(overlay)));
            if !file.ends_with(OVERLAY) {
                return Err(wrong("call an overlay after its operation, Operation.apsara.json"));
            }
            if sources.versions.len() != 1 {
                return Err(wrong("put it beside its operation, for there is not one version"));
            }
            for files in sources.versions.values_mut() {
                let other = files.texts.insert(file.clone().into_owned(), (shown(overlay), text.clone()));
                // The same one, named twice or found beside its operation, loses nothing.
                if let Some((other, _)) = other.filter(|(_, other)| *other != text) {
                    return Err(wrong(&format!("{other} is of that operation too; make one of the two")));
                }
            }
        }
        let mut paths: Vec<PathBuf> = overlays.to_vec();
        paths.push(source.to_owned());
        Ok((sources, paths))
    }
}

/// Returns the folders in a folder, and the links to some if they are followed. What is hidden belongs to some other program.
fn folders(root: &Path, follows: bool) -> io::Result<Vec<String>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(root).map_err(|error| named(root, &error))? {
        let entry = entry?;
        let is_folder = entry.file_type()?.is_dir() || (follows && entry.path().is_dir());
        if let (true, Ok(name)) = (is_folder, entry.file_name().into_string())
            && !name.starts_with('.')
        {
            found.push(name);
        }
    }
    Ok(found)
}

/// Returns whether a file may be a spec by its name. Those that begin with a point are what editors and systems put beside it.
fn is_spec(file: &str) -> bool {
    file.ends_with(".json") && !file.starts_with('.')
}

/// Reads the JSON files of a folder.
fn texts(folder: &Path) -> io::Result<Vec<(String, String)>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(|error| named(folder, &error))? {
        let path = entry?.path();
        let Some(file) = path.file_name().and_then(|file| file.to_str()) else { continue };
        if is_spec(file) {
            found.push((file.to_owned(), text(&path)?));
        }
    }
    Ok(found)
}

fn text(path: &Path) -> io::Result<String> {
    fs::read_to_string(path).map_err(|error| named(path, &error))
}

/// Returns a path as it is told, with `/` on every system.
fn shown(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/").trim_end_matches('/').to_owned()
}

fn named(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}

//! Where values come from: defaults, then the file, then the environment, then flags; later ones win.

use std::{
    collections::BTreeMap,
    env,
    ffi::OsString,
    fs, io,
    io::Read,
    path::{Path, PathBuf},
};

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{
    keys::{self, FILE_SUFFIX, KEYS, Key, PREFIX, Shape},
    mistake::{Mistake, Origin},
};

/// Read when it exists and no other file is named.
pub const FILE_USUAL: &str = "faultdesk.toml";
/// A configuration is a page; a whole disk image is a slip.
const FILE_BYTES_MAX: u64 = 1 << 20;
/// A URL with a password in it is a line.
const SECRET_BYTES_MAX: u64 = 64 << 10;

/// What to read settings from. Tests fill it themselves; the program uses [`Sources::of_process`].
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// The file, and its text or why it could not be read.
    pub file: Option<(PathBuf, Result<String, String>)>,
    /// Environment variables; those of others are ignored.
    pub variables: Vec<(String, OsString)>,
    pub flags: Flags,
}

/// Settings given as flags.
#[derive(Debug, Clone, Default)]
pub struct Flags {
    pub listen: Option<String>,
    pub data_dir: Option<String>,
    pub database_url: Option<String>,
}

impl Sources {
    /// This process's environment, and `file` or else `./faultdesk.toml` when there is one.
    pub fn of_process(file: Option<&Path>, flags: Flags) -> Self {
        let path = file.or_else(|| Some(Path::new(FILE_USUAL)).filter(|path| path.exists()));
        let file = path.map(|path| {
            let text = read_limited(path, FILE_BYTES_MAX).map_err(|error| format!("cannot be read: {error}"));
            (path.to_owned(), text)
        });
        let variables = env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value))).collect();
        Self { file, variables, flags }
    }
}

fn read_limited(path: &Path, bytes_max: u64) -> io::Result<String> {
    let mut text = String::new();
    let read = fs::File::open(path)?.take(bytes_max + 1).read_to_string(&mut text)?;
    if bytes_max < u64::try_from(read).unwrap_or(u64::MAX) {
        let message = format!("it is larger than {bytes_max} bytes");
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, message));
    }
    Ok(text)
}

/// A value as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Raw {
    Text(String),
    Number(i64),
    List(Vec<String>),
}

/// A value and where it was written.
#[derive(Debug, Clone)]
pub(super) struct Written {
    pub(super) raw: Raw,
    pub(super) origin: Origin,
}

/// All values of all sources by key; the last one of a key wins.
pub(super) type Layers = BTreeMap<&'static str, Vec<Written>>;

/// Every value that has a known name and the right type; the rest are mistakes.
pub(super) fn gather(sources: &Sources, mistakes: &mut Vec<Mistake>) -> Layers {
    let mut gatherer = Gatherer { layers: Layers::new(), mistakes };
    match &sources.file {
        Some((path, Ok(text))) => gatherer.file(path, text),
        Some((path, Err(error))) => {
            let whole = Origin::File { path: path.clone(), line: 0 };
            gatherer.mistakes.push(Mistake::new(&whole, "", error));
        }
        None => {}
    }
    gatherer.environment(&sources.variables);
    let flags = &sources.flags;
    gatherer.flag("server.listen", "--listen", flags.listen.as_deref());
    gatherer.flag("data_dir", "--data-dir", flags.data_dir.as_deref());
    gatherer.flag("database.url", "--database-url", flags.database_url.as_deref());
    gatherer.layers
}

struct Gatherer<'a> {
    layers: Layers,
    mistakes: &'a mut Vec<Mistake>,
}

impl Gatherer<'_> {
    fn add(&mut self, key: &'static Key, raw: Raw, origin: Origin) {
        self.layers.entry(key.name).or_default().push(Written { raw, origin });
    }

    fn file(&mut self, path: &Path, text: &str) {
        let (table, errors) = DeTable::parse_recoverable(text);
        let mut bad_lines = Vec::new();
        for error in errors {
            let line = line_of(text, error.span().map_or(0, |span| span.start));
            // One message for a line: what follows the first slip on it is guesswork.
            if !bad_lines.contains(&line) {
                bad_lines.push(line);
                let origin = Origin::File { path: path.to_owned(), line };
                self.mistakes.push(Mistake::new(&origin, "", error.message()));
            }
        }
        let lost = lost_lines(text, &bad_lines);
        let at = |start: usize| {
            let line = line_of(text, start);
            (!lost.contains(&line)).then(|| Origin::File { path: path.to_owned(), line })
        };
        self.table("", table.get_ref(), &at);
    }

    /// `at` tells where something is; `None` where the file could not be read.
    fn table(&mut self, section: &str, table: &DeTable<'_>, at: &impl Fn(usize) -> Option<Origin>) {
        let mut entries: Vec<_> = table.iter().collect();
        // The table is sorted by name; people read a file from top to bottom.
        entries.sort_by_key(|(name, _)| name.span().start);
        for (name, value) in entries {
            let full = match section {
                "" => name.get_ref().to_string(),
                _ => format!("{section}.{}", name.get_ref()),
            };
            let Some(origin) = at(name.span().start) else {
                continue;
            };
            match (Key::find(&full), value.get_ref()) {
                (Some(key), _) => match of_toml(key, value) {
                    Ok(raw) => self.add(key, raw, origin),
                    Err(message) => self.mistakes.push(Mistake::new(&origin, &full, message)),
                },
                (None, DeValue::Table(inner)) if !inner.is_empty() => self.table(&full, inner, at),
                (None, DeValue::Table(_)) if keys::is_section(&full) => {}
                (None, _) if keys::is_section(&full) => {
                    let message = format!("is a section: write [{full}] and its settings below");
                    self.mistakes.push(Mistake::new(&origin, &full, message));
                }
                (None, _) => self.mistakes.push(Mistake::unknown(&origin, &full)),
            }
        }
    }

    fn environment(&mut self, variables: &[(String, OsString)]) {
        let mut ours: Vec<_> = variables.iter().filter(|(name, _)| name.starts_with(PREFIX)).collect();
        ours.sort();
        for (name, value) in &ours {
            let origin = Origin::Variable(name.clone());
            let found = KEYS.iter().find(|key| key.variable() == *name);
            let Some(value) = value.to_str() else {
                self.mistakes.push(Mistake::new(&origin, found.map_or("", |key| key.name), "is not UTF-8"));
                continue;
            };
            let named_file = name.strip_suffix(FILE_SUFFIX);
            let secret = named_file.and_then(|name| KEYS.iter().find(|key| key.variable() == name));
            match (found, secret) {
                (Some(key), _) => self.variable(key, value, origin),
                (None, Some(key)) if key.secret => {
                    if ours.iter().any(|(other, _)| Some(other.as_str()) == named_file) {
                        let message = format!("is set twice: keep this or {}, not both", key.variable());
                        self.mistakes.push(Mistake::new(&origin, key.name, message));
                    }
                    match read_limited(Path::new(value), SECRET_BYTES_MAX) {
                        Ok(text) => self.variable(key, text.trim_end_matches(['\r', '\n']), origin),
                        Err(error) => {
                            let message = format!("cannot read the file {value}: {error}");
                            self.mistakes.push(Mistake::new(&origin, key.name, message));
                        }
                    }
                }
                (None, Some(key)) => {
                    let message = format!("is no secret and is not read from a file; set {}", key.variable());
                    self.mistakes.push(Mistake::new(&origin, key.name, message));
                }
                (None, None) => self.stranger(name, origin),
            }
        }
    }

    fn variable(&mut self, key: &'static Key, value: &str, origin: Origin) {
        match of_text(key, value) {
            Ok(raw) => self.add(key, raw, origin),
            Err(message) => self.mistakes.push(Mistake::new(&origin, key.name, message)),
        }
    }

    /// A variable with our prefix that sets nothing. Scripts and tests have their own, which look like no setting;
    /// what does look like one is a slip.
    fn stranger(&mut self, name: &str, origin: Origin) {
        /// High, so that a script's variable never keeps the program from starting.
        const LIKENESS_MIN: f64 = 0.8;
        let rest = name.strip_prefix(PREFIX).unwrap_or(name).to_lowercase();
        if rest.contains("__") {
            self.mistakes.push(Mistake::unknown(&origin, &rest.replace("__", ".")));
            return;
        }
        let scored = KEYS.iter().map(|key| {
            let like = strsim::normalized_damerau_levenshtein(&rest, &key.name.replace('.', "_"));
            (like, key)
        });
        let best = scored.filter(|(like, _)| LIKENESS_MIN <= *like).max_by(|a, b| a.0.total_cmp(&b.0));
        if let Some((_, key)) = best {
            let hint = if key.name.contains('.') { " (two underscores behind the section)" } else { "" };
            let message = format!("sets nothing; did you mean {}{hint}?", key.variable());
            self.mistakes.push(Mistake::new(&origin, "", message));
        }
    }

    fn flag(&mut self, name: &str, flag: &'static str, value: Option<&str>) {
        if let (Some(key), Some(value)) = (Key::find(name), value) {
            self.variable(key, value, Origin::Flag(flag));
        }
    }
}

/// The line, counted from 1, in which byte `start` of `text` is.
fn line_of(text: &str, start: usize) -> usize {
    text.bytes().take(start).filter(|byte| *byte == b'\n').count() + 1
}

/// The lines that cannot be judged: the `bad` ones, and all below a section's heading that is bad, up to the next one.
fn lost_lines(text: &str, bad: &[usize]) -> Vec<usize> {
    let mut below_bad_heading = false;
    let lines = text.lines().zip(1..);
    let lost = lines.filter(|(text, line)| {
        if text.trim_start().starts_with('[') {
            below_bad_heading = bad.contains(line);
        }
        below_bad_heading || bad.contains(line)
    });
    lost.map(|(_, line)| line).collect()
}

/// A value of the file, if it has the type that the key wants.
fn of_toml(key: &Key, value: &Spanned<DeValue<'_>>) -> Result<Raw, String> {
    match (key.shape, value.get_ref()) {
        (Shape::Text, DeValue::String(text)) => Ok(Raw::Text(text.to_string())),
        (Shape::Text, other) => Err(format!("must be text in quotes: {}; it is {}", key.unit, type_words(other))),
        (Shape::Number, DeValue::Integer(number)) => i64::from_str_radix(number.as_str(), number.radix())
            .map(Raw::Number)
            .map_err(|_| format!("must be a whole number: {}", key.unit)),
        (Shape::Number, other) => {
            Err(format!("must be a whole number without quotes: {}; it is {}", key.unit, type_words(other)))
        }
        (Shape::List, DeValue::Array(items)) => {
            let item = |item: &Spanned<DeValue<'_>>| item.get_ref().as_str().map(str::to_owned);
            let items = items.iter().map(item).collect::<Option<Vec<_>>>();
            items.map(Raw::List).ok_or_else(|| format!("must be a {}, each in quotes", key.unit))
        }
        (Shape::List, other) => Err(format!("must be a {}, in [brackets]; it is {}", key.unit, type_words(other))),
    }
}

fn type_words(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "text",
        DeValue::Integer(_) => "a number",
        DeValue::Float(_) => "a number with a fraction",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date or time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a section",
    }
}

/// A value of a variable, a flag or the table of defaults.
pub(super) fn of_text(key: &Key, text: &str) -> Result<Raw, String> {
    match key.shape {
        Shape::Text => Ok(Raw::Text(text.to_owned())),
        Shape::Number => {
            let number = text.trim().parse::<i64>().map(Raw::Number);
            number.map_err(|_| format!("must be a whole number: {}, not {text:?}", key.unit))
        }
        Shape::List => {
            let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
            Ok(Raw::List(items.map(str::to_owned).collect()))
        }
    }
}

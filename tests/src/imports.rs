//! Finds which file of a crate imports which names from which other file. A name is followed
//! through re-exports to the file that defines it, so a face that only re-exports names does not
//! count as an importer.

use std::collections::{BTreeMap, BTreeSet};

use crate::scan::Source;

/// The files of a crate and their imports from each other.
pub struct Imports {
    files: BTreeMap<Vec<String>, File>,
    /// The crate's name, which means `crate` in paths.
    name: String,
    /// The files that define each exported macro.
    macros: BTreeMap<String, Vec<String>>,
}

/// One name that one file imports.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Import {
    /// The path of the importing file.
    pub from: String,
    /// The path of the defining file.
    pub to: String,
    /// The name.
    pub item: String,
    /// The line in `from`.
    pub line: usize,
}

/// A name that `use` brings into a file.
struct Use {
    path: Vec<String>,
    name: String,
    line: usize,
    /// Whether other files may import it from here.
    public: bool,
    /// Whether it is in a module within the file.
    within: bool,
}

#[derive(Default)]
struct File {
    path: String,
    uses: Vec<Use>,
    /// Paths of two words or more, outside of `use`.
    paths: Vec<(Vec<String>, usize)>,
    /// All words outside of `use`.
    words: BTreeSet<String>,
    /// The inline modules of the file.
    modules: BTreeSet<String>,
}

type Token<'a> = (&'a str, usize);

impl Imports {
    /// Reads all files of the crate with this name.
    #[must_use]
    pub fn new(name: &str, sources: &[Source]) -> Self {
        let (mut files, mut macros) = (BTreeMap::new(), BTreeMap::new());
        for source in sources {
            let module: Vec<String> = source.module().into_iter().map(str::to_owned).collect();
            for (at, head) in source.code.match_indices("macro_rules! ") {
                let rest = &source.code[at + head.len()..];
                macros.insert(tokens(rest)[0].0.to_owned(), module.clone());
            }
            files.insert(module, File::new(source));
        }
        Self {
            files,
            name: name.to_owned(),
            macros,
        }
    }

    /// Returns every import of one file from another.
    #[must_use]
    pub fn all(&self) -> BTreeSet<Import> {
        let mut found = BTreeSet::new();
        for (module, file) in &self.files {
            let uses = file.uses.iter().filter(|used| {
                // A re-export alone is not an import.
                !used.public || file.words.contains(&used.name)
            });
            let paths = uses.map(|used| (used.path.clone(), used.line));
            let written = file.paths.iter().map(|(path, line)| {
                let head = file.uses.iter().find(|used| used.name == path[0]);
                let head = head.map_or(&path[..1], |used| &used.path);
                ([head, &path[1..]].concat(), *line)
            });
            for (path, line) in paths.chain(written) {
                if let Some((to, item)) = self.home(module, &path, 0)
                    && to != file.path
                {
                    found.insert(Import {
                        from: file.path.clone(),
                        to,
                        item,
                        line,
                    });
                }
            }
        }
        found
    }

    /// Returns the file that defines the item `path` names in `module`, and the item's name. A
    /// module alone is in no file.
    fn home(&self, module: &[String], path: &[String], depth: usize) -> Option<(String, String)> {
        let (mut at, mut rest) = (module.to_vec(), path);
        match rest.first()?.as_str() {
            "self" => rest = &rest[1..],
            "super" => {
                while rest.first().is_some_and(|word| word == "super") {
                    at.pop();
                    rest = &rest[1..];
                }
            }
            word if word == "crate" || word == self.name => {
                at.clear();
                rest = &rest[1..];
            }
            word if !self.files.contains_key(&below(&at, word)) => {
                let file = self.files.get(&at)?;
                let here = file.modules.contains(word);
                return here.then(|| (file.path.clone(), rest[rest.len() - 1].clone()));
            }
            _ => {}
        }
        while let Some(word) = rest.first()
            && self.files.contains_key(&below(&at, word))
        {
            at.push(word.clone());
            rest = &rest[1..];
        }
        let (item, file) = (rest.first()?, self.files.get(&at)?);
        // Circular re-exports do not compile, so the depth is bounded.
        let deeper = |path: &[String]| {
            let path = [path, &rest[1..]].concat();
            (depth < 9)
                .then(|| self.home(&at, &path, depth + 1))
                .flatten()
        };
        if at.is_empty()
            && let Some(home) = self.macros.get(item)
        {
            return Some((self.files.get(home)?.path.clone(), item.clone()));
        }
        if let Some(used) = file
            .uses
            .iter()
            .find(|used| !used.within && used.name == *item)
        {
            return deeper(&used.path);
        }
        let everything = file.uses.iter().filter(|used| used.name == "*");
        let mut ways = everything.map(|used| [&used.path[..], std::slice::from_ref(item)].concat());
        let handed_on = (!file.words.contains(item)).then(|| ways.find_map(|path| deeper(&path)));
        handed_on
            .flatten()
            .or_else(|| Some((file.path.clone(), item.clone())))
    }
}

/// Returns the files that each file reaches through imports, directly or indirectly.
fn reached(imports: &BTreeSet<Import>) -> BTreeMap<&str, BTreeSet<&str>> {
    let mut reached: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for import in imports {
        reached.entry(&import.from).or_default().insert(&import.to);
    }
    for through in reached.clone().into_keys() {
        let further = reached[through].clone();
        for files in reached.values_mut().filter(|files| files.contains(through)) {
            files.extend(&further);
        }
    }
    reached
}

/// Returns every import cycle, with the names that cause it.
#[must_use]
pub fn circles(imports: &BTreeSet<Import>) -> Vec<String> {
    let reached = reached(imports);
    let reaches = |from: &str, to: &str| reached.get(from).is_some_and(|files| files.contains(to));
    let mut found: BTreeMap<Vec<&str>, BTreeSet<String>> = BTreeMap::new();
    for Import { from, to, item, .. } in imports {
        if reaches(to, from) {
            let files = reached.keys().copied();
            let circle = files.filter(|file| reaches(file, from) && reaches(from, file));
            let ties = found.entry(circle.collect()).or_default();
            ties.insert(format!("\n  {from} imports `{item}` from {to}"));
        }
    }
    let texts = found.into_iter();
    texts
        .map(|(circle, ties)| circle.join(", ") + &ties.into_iter().collect::<String>())
        .collect()
}

fn below(module: &[String], word: &str) -> Vec<String> {
    [module, &[word.to_owned()]].concat()
}

impl File {
    fn new(source: &Source) -> Self {
        let mut file = Self {
            path: source.path.clone(),
            ..Self::default()
        };
        let tokens = tokens(&source.code);
        // The depth of braces, and the depth of each enclosing module.
        let (mut at, mut depth, mut within) = (0, 0, Vec::new());
        while let Some(&(token, line)) = tokens.get(at) {
            at += 1;
            if let ("mod", [(name, _), ("{", _), ..]) = (token, &tokens[at..]) {
                file.modules.insert((*name).to_owned());
                within.push(depth);
            }
            depth += usize::from(token == "{");
            if token == "}" {
                depth = depth.saturating_sub(1);
                within.pop_if(|around| *around == depth);
            }
            let first_use = file.uses.len();
            if token == "use" && tokens.get(at).is_some_and(|next| next.0 != "<") {
                let public = at > 1 && ["pub", ")"].contains(&tokens[at - 2].0);
                let end = tokens[at..].iter().position(|next| next.0 == ";");
                let end = end.map_or(tokens.len(), |end| at + end);
                file.tree(&[], &tokens[at..end], public);
                at = end;
                for used in &mut file.uses[first_use..] {
                    used.within = !within.is_empty();
                    from_file(&mut used.path, within.len());
                }
            } else if is_word(token) {
                file.words.insert(token.to_owned());
                let mut path = vec![token.to_owned()];
                while let [(":", _), (":", _), (word, _), ..] = &tokens[at..]
                    && is_word(word)
                {
                    path.push((*word).to_owned());
                    file.words.insert((*word).to_owned());
                    at += 3;
                }
                if path.len() > 1 {
                    from_file(&mut path, within.len());
                    file.paths.push((path, line));
                }
            }
        }
        file
    }

    /// Adds the names of a `use` tree that follows `head`.
    fn tree(&mut self, head: &[String], tree: &[Token<'_>], public: bool) {
        let (mut path, mut name, mut depth, mut start) = (head.to_vec(), None, 0, 0);
        for (at, (token, _)) in tree.iter().enumerate() {
            match *token {
                "{" => {
                    depth += 1;
                    start = if depth == 1 { at + 1 } else { start };
                }
                "," | "}" => {
                    if depth == 1 && start < at {
                        self.tree(&path, &tree[start..at], public);
                        start = at + 1;
                    }
                    depth -= usize::from(*token == "}");
                }
                "as" if depth == 0 => name = tree.get(at + 1).map(|next| next.0.to_owned()),
                word if depth == 0 && name.is_none() && (is_word(word) || word == "*") => {
                    path.push(word.to_owned());
                }
                _ => {}
            }
        }
        if tree.iter().any(|token| token.0 == "{") {
            return;
        }
        path.pop_if(|last| last == "self");
        let name = name.or_else(|| path.last().cloned()).unwrap_or_default();
        path.pop_if(|last| last == "*");
        let line = tree.first().map_or(0, |token| token.1);
        self.uses.push(Use {
            path,
            name,
            line,
            public,
            within: false,
        });
    }
}

/// Turns a path in a module `deep` levels within a file into a path of the file.
fn from_file(path: &mut Vec<String>, deep: usize) {
    let ups = path.iter().take_while(|word| *word == "super").count();
    if deep > 0 && ups > 0 {
        let kept = path.split_off(ups.min(deep));
        *path = kept;
        if path.first().is_none_or(|word| word != "super") {
            path.insert(0, "self".to_owned());
        }
    }
}

fn is_word(token: &str) -> bool {
    token.starts_with(|c: char| c.is_alphanumeric() || c == '_')
}

/// Returns words and single punctuation characters, with their lines.
fn tokens(code: &str) -> Vec<Token<'_>> {
    let mut found = Vec::new();
    for (text, line) in code.lines().zip(1..) {
        let mut rest = text.trim_start();
        while let Some(first) = rest.chars().next() {
            let word = rest.find(|c: char| !(c.is_alphanumeric() || c == '_'));
            let end = match word {
                Some(0) => first.len_utf8(),
                Some(end) => end,
                None => rest.len(),
            };
            found.push((&rest[..end], line));
            rest = rest[end..].trim_start();
        }
    }
    found
}

//! Reads one source file: what it defines, what it imports and which paths it writes out. What only tests see is left out.

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{Attribute, ImplItem, Item, ItemUse, Macro, Meta, UseTree, Visibility};

/// A name that a `use` line brings into a module.
#[derive(Clone, Debug)]
pub struct Import {
    /// What is imported, segment by segment.
    pub path: Vec<String>,
    /// What it is called here; `*` for everything in a module.
    pub name: String,
}

/// A module as it is written.
#[derive(Debug, Default)]
pub struct Module {
    /// The types that it defines.
    pub types: Vec<String>,
    /// Everything else that has a name.
    pub others: Vec<String>,
    /// Its `use` lines, at whatever depth.
    pub imports: Vec<Import>,
    /// The paths that are written out, with two segments or more.
    pub paths: Vec<Vec<String>>,
    /// The modules inside it, by name.
    pub inside: Vec<(String, Self)>,
    /// The modules that have files of their own.
    pub files: Vec<String>,
}

impl Module {
    /// Reads the text of a file.
    pub fn read(text: &str) -> Self {
        let file = syn::parse_file(text).expect("a source file");
        Self::of(&file.items)
    }

    /// The paths of the `use` lines, and those that are written out.
    pub fn all_paths(&self) -> impl Iterator<Item = &[String]> {
        self.imports.iter().map(|import| &import.path).chain(&self.paths).map(Vec::as_slice)
    }

    fn of(items: &[Item]) -> Self {
        let mut module = Self::default();
        for item in items {
            module.visit_item(item);
        }
        module
    }

    fn import(&mut self, tree: &UseTree, before: &[String]) {
        let with = |ident: &syn::Ident| [before, &[ident.to_string()]].concat();
        match tree {
            UseTree::Path(path) => self.import(&path.tree, &with(&path.ident)),
            UseTree::Name(name) if name.ident == "self" => self.import_as(before.to_vec(), before.last().cloned()),
            UseTree::Name(name) => self.import_as(with(&name.ident), Some(name.ident.to_string())),
            UseTree::Rename(rename) => self.import_as(with(&rename.ident), Some(rename.rename.to_string())),
            UseTree::Glob(_) => self.import_as(before.to_vec(), Some("*".to_owned())),
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.import(tree, before)),
        }
    }

    fn import_as(&mut self, path: Vec<String>, name: Option<String>) {
        self.imports.extend(name.map(|name| Import { path, name }));
    }

    /// The paths among the tokens of a macro's call.
    fn scan(&mut self, tokens: TokenStream) {
        let mut path: Vec<String> = Vec::new();
        let mut colons = 0;
        for token in tokens {
            match token {
                TokenTree::Ident(ident) if colons == 2 => path.push(ident.to_string()),
                TokenTree::Ident(ident) => self.keep(std::mem::replace(&mut path, vec![ident.to_string()])),
                TokenTree::Punct(punct) if punct.as_char() == ':' => {
                    colons += 1;
                    continue;
                }
                TokenTree::Group(group) => {
                    self.keep(std::mem::take(&mut path));
                    self.scan(group.stream());
                }
                _ => self.keep(std::mem::take(&mut path)),
            }
            colons = 0;
        }
        self.keep(path);
    }

    fn keep(&mut self, path: Vec<String>) {
        if path.len() > 1 {
            self.paths.push(path);
        }
    }
}

impl<'ast> Visit<'ast> for Module {
    fn visit_item(&mut self, item: &'ast Item) {
        if is_for_tests(attributes(item)) {
            return;
        }
        match item {
            Item::Mod(item) => match &item.content {
                Some((_, items)) => self.inside.push((item.ident.to_string(), Self::of(items))),
                None => self.files.push(item.ident.to_string()),
            },
            Item::Struct(item) => self.types.push(item.ident.to_string()),
            Item::Enum(item) => self.types.push(item.ident.to_string()),
            Item::Trait(item) => self.types.push(item.ident.to_string()),
            Item::Type(item) => self.types.push(item.ident.to_string()),
            Item::Fn(item) => self.others.push(item.sig.ident.to_string()),
            Item::Const(item) => self.others.push(item.ident.to_string()),
            Item::Static(item) => self.others.push(item.ident.to_string()),
            Item::Macro(item) => self.others.extend(item.ident.as_ref().map(ToString::to_string)),
            _ => {}
        }
        if !matches!(item, Item::Mod(_)) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        self.import(&item.tree, &[]);
    }

    fn visit_impl_item(&mut self, item: &'ast ImplItem) {
        let is_tested = matches!(item, ImplItem::Fn(function) if is_for_tests(&function.attrs));
        if !is_tested {
            visit::visit_impl_item(self, item);
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.keep(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, called: &'ast Macro) {
        self.scan(called.tokens.clone());
        visit::visit_macro(self, called);
    }

    /// `pub(in some::path)` is no import.
    fn visit_visibility(&mut self, _: &'ast Visibility) {}

    /// A path in an attribute is no import.
    fn visit_attribute(&mut self, _: &'ast Attribute) {}
}

fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        Meta::List(list) if list.path.is_ident("cfg") => {
            let condition = list.tokens.to_string();
            condition == "test" || condition.starts_with("all (test")
        }
        meta => meta.path().is_ident("test"),
    })
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

//! Which names in a file are clients, and of which products.

use std::collections::{BTreeMap, BTreeSet};

use syn::visit::{self, Visit};
use syn::{Expr, Member, Pat, Type};

use super::imports::Imports;
use super::macros::{Piece, pieces};
use crate::Specs;

/// The variables, fields and arguments of a file by their names: one name may be bound in several places.
pub(super) struct Clients<'s> {
    specs: &'s Specs,
    imports: &'s Imports,
    products: BTreeMap<String, BTreeSet<String>>,
    /// The names that are bound to something somewhere of which it is not seen what it is.
    open: BTreeSet<String>,
}

impl<'s> Clients<'s> {
    pub(super) fn of(file: &syn::File, imports: &'s Imports, specs: &'s Specs) -> Self {
        let mut clients = Self { specs, imports, products: BTreeMap::new(), open: BTreeSet::new() };
        clients.visit_file(file);
        clients
    }

    /// Returns the products of which a name is a client wherever it stands; nothing if it may be something else.
    pub(super) fn products(&self, name: &str) -> Option<&BTreeSet<String>> {
        self.products.get(name).filter(|_| !self.open.contains(name))
    }

    /// Notes the client that stands in something; returns whether there is one.
    fn note(&mut self, name: &str, look: impl FnOnce(&mut ClientIn<'_>)) -> bool {
        let mut inner = ClientIn { specs: self.specs, imports: self.imports, found: None };
        look(&mut inner);
        let Some(product) = inner.found else { return false };
        self.products.entry(name.to_owned()).or_default().insert(product);
        true
    }

    /// Goes through a pattern that takes apart what an expression gives: what has the same name there is the same.
    fn bind(&mut self, pattern: &Pat, of: &Expr) {
        match name_of(pattern) {
            Some(name) if is_called(of, &name) => {}
            _ => match pattern {
                Pat::TupleStruct(parts) => parts.elems.iter().for_each(|part| self.bind(part, of)),
                Pat::Reference(inner) => self.bind(&inner.pat, of),
                other => self.visit_pat(other),
            },
        }
    }
}

impl<'ast> Visit<'ast> for Clients<'_> {
    fn visit_local(&mut self, local: &'ast syn::Local) {
        let Some(init) = &local.init else { return visit::visit_local(self, local) };
        let name = name_of(&local.pat);
        if !name.is_some_and(|name| self.note(&name, |inner| inner.visit_expr(&init.expr))) {
            self.bind(&local.pat, &init.expr);
        }
        visit::visit_local_init(self, init);
    }

    fn visit_expr_let(&mut self, condition: &'ast syn::ExprLet) {
        self.bind(&condition.pat, &condition.expr);
        self.visit_expr(&condition.expr);
    }

    fn visit_pat_type(&mut self, typed: &'ast syn::PatType) {
        if !name_of(&typed.pat).is_some_and(|name| self.note_type(&name, &typed.ty)) {
            visit::visit_pat_type(self, typed);
        }
    }

    fn visit_field(&mut self, field: &'ast syn::Field) {
        if let Some(name) = field.ident.as_ref().map(ToString::to_string)
            && !self.note_type(&name, &field.ty)
        {
            self.open.insert(name);
        }
    }

    fn visit_field_pat(&mut self, field: &'ast syn::FieldPat) {
        // The field of that name: it is known by its own type.
        let is_same =
            matches!(&field.member, Member::Named(member) if name_of(&field.pat).is_some_and(|name| *member == name));
        if !is_same {
            visit::visit_field_pat(self, field);
        }
    }

    fn visit_pat_ident(&mut self, name: &'ast syn::PatIdent) {
        self.open.insert(name.ident.to_string());
        visit::visit_pat_ident(self, name);
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        let bound = pieces(call.tokens.clone()).into_iter();
        self.open.extend(bound.filter_map(|piece| if let Piece::Bound(name) = piece { Some(name) } else { None }));
    }
}

impl Clients<'_> {
    fn note_type(&mut self, name: &str, of: &Type) -> bool {
        self.note(name, |inner| inner.visit_type(of))
    }
}

/// The client whose type, or whose creation, stands in something.
struct ClientIn<'s> {
    specs: &'s Specs,
    imports: &'s Imports,
    found: Option<String>,
}

impl<'ast> Visit<'ast> for ClientIn<'_> {
    fn visit_path(&mut self, path: &'ast syn::Path) {
        // `live::Client`, or what is made by `live::Client::new`.
        let mut begin = path.clone();
        while let Some(last) = begin.segments.last() {
            if last.ident == "Client" || begin.segments.len() == 1 {
                break;
            }
            begin.segments.pop();
            begin.segments.pop_punct();
        }
        if let Some((product, name)) = self.imports.find(&begin, self.specs)
            && name == "Client"
        {
            self.found.get_or_insert(product);
        }
        visit::visit_path(self, path);
    }
}

fn name_of(pattern: &Pat) -> Option<String> {
    match pattern {
        Pat::Ident(name) => Some(name.ident.to_string()),
        Pat::Type(typed) => name_of(&typed.pat),
        _ => None,
    }
}

/// Returns whether an expression is a variable or a field of that name, or what is as good as that.
fn is_called(expression: &Expr, name: &str) -> bool {
    match expression {
        Expr::Path(path) => path.path.is_ident(name),
        Expr::Field(field) => matches!(&field.member, Member::Named(member) if member == name),
        Expr::Reference(inner) => is_called(&inner.expr, name),
        // `Arc::clone(&client)`.
        Expr::Call(call) => match (&*call.func, call.args.first()) {
            (Expr::Path(path), Some(of)) => {
                path.path.segments.last().is_some_and(|last| last.ident == "clone") && is_called(of, name)
            }
            _ => false,
        },
        Expr::MethodCall(call) => {
            let is_same = ["clone", "to_owned", "as_ref"].iter().any(|method| call.method == method);
            is_same && is_called(&call.receiver, name)
        }
        _ => false,
    }
}

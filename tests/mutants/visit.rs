//! Walks through a file: which parts are changed, and how.

use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{
    Arm, Attribute, Expr, ExprBinary, ExprCall, ExprIf, ExprLit, ExprMethodCall, ExprRange,
    ExprUnary, ExprWhile, ImplItem, ImplItemFn, Item, ItemFn, Macro, PathSegment, Stmt,
    TraitItemFn, Type, UnOp,
};

use crate::mutant::Kind;
use crate::numbers::Use;
use crate::places::Places;
use crate::untouched;
use crate::words;

impl<'ast> Visit<'ast> for Places<'_> {
    fn visit_attribute(&mut self, _: &'ast Attribute) {}

    /// Another type seldom compiles.
    fn visit_type(&mut self, _: &'ast Type) {}

    fn visit_item(&mut self, item: &'ast Item) {
        if !untouched::is_test(item) {
            visit::visit_item(self, item);
        }
    }

    fn visit_impl_item(&mut self, item: &'ast ImplItem) {
        match item {
            ImplItem::Fn(function) if function.attrs.iter().any(untouched::is_for_tests) => {}
            _ => visit::visit_impl_item(self, item),
        }
    }

    fn visit_item_fn(&mut self, function: &'ast ItemFn) {
        self.body(&function.sig, &function.block);
        visit::visit_block(self, &function.block);
    }

    fn visit_impl_item_fn(&mut self, function: &'ast ImplItemFn) {
        self.body(&function.sig, &function.block);
        visit::visit_block(self, &function.block);
    }

    fn visit_trait_item_fn(&mut self, function: &'ast TraitItemFn) {
        if let Some(block) = &function.default {
            self.body(&function.sig, block);
            visit::visit_block(self, block);
        }
    }

    fn visit_macro(&mut self, call: &'ast Macro) {
        if untouched::is_message(call) {
            return;
        }
        // Only macros whose operands are expressions are understood.
        let operands = Punctuated::<Expr, syn::Token![,]>::parse_terminated;
        if let Ok(operands) = operands.parse2(call.tokens.clone()) {
            operands.iter().for_each(|operand| self.visit_expr(operand));
        }
    }

    fn visit_expr_lit(&mut self, literal: &'ast ExprLit) {
        self.literal(literal);
    }

    fn visit_expr_unary(&mut self, expression: &'ast ExprUnary) {
        if let UnOp::Neg(_) | UnOp::Not(_) = expression.op {
            let positive = self.text(&*expression.expr);
            self.change(Kind::Sign, expression.span(), positive);
        }
        visit::visit_expr_unary(self, expression);
    }

    fn visit_expr_binary(&mut self, expression: &'ast ExprBinary) {
        if let Some(other) = words::operator(&expression.op) {
            self.change(Kind::Operator, expression.op.span(), other);
        }
        visit::visit_expr_binary(self, expression);
    }

    fn visit_expr_if(&mut self, expression: &'ast ExprIf) {
        self.condition(&expression.cond);
        visit::visit_expr_if(self, expression);
    }

    fn visit_expr_while(&mut self, expression: &'ast ExprWhile) {
        self.condition(&expression.cond);
        visit::visit_expr_while(self, expression);
    }

    fn visit_arm(&mut self, arm: &'ast Arm) {
        if let Some((_, guard)) = &arm.guard {
            self.condition(guard);
        }
        visit::visit_arm(self, arm);
    }

    fn visit_expr_range(&mut self, range: &'ast ExprRange) {
        self.range(range);
        visit::visit_expr_range(self, range);
    }

    fn visit_expr_method_call(&mut self, call: &'ast ExprMethodCall) {
        let name = call.method.to_string();
        if name == "prefetch" {
            return;
        }
        if let Some(other) = words::method(&name) {
            self.change(Kind::Method, call.method.span(), other);
        }
        if words::ORDERED.contains(&name.as_str()) {
            self.exchange(&call.args);
        }
        visit::visit_expr_method_call(self, call);
    }

    fn visit_expr_call(&mut self, call: &'ast ExprCall) {
        let is_bits = self.text(&*call.func).ends_with("from_bits");
        if is_bits && matches!(call.args.first(), Some(Expr::Lit(_))) {
            self.numbers = Use::Bits;
        }
        visit::visit_expr_call(self, call);
        self.numbers = Use::Count;
    }

    fn visit_path_segment(&mut self, segment: &'ast PathSegment) {
        if let Some(other) = words::instruction(&segment.ident.to_string()) {
            self.change(Kind::Method, segment.ident.span(), other);
        }
        visit::visit_path_segment(self, segment);
    }

    fn visit_stmt(&mut self, statement: &'ast Stmt) {
        if let Stmt::Expr(
            Expr::Call(_) | Expr::MethodCall(_) | Expr::Assign(_) | Expr::Binary(_),
            Some(_),
        ) = statement
            && !self.text(statement).contains(".prefetch(")
        {
            self.change(Kind::Statement, statement.span(), ";");
        }
        visit::visit_stmt(self, statement);
    }
}

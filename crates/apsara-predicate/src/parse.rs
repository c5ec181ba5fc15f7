//! Tokens as a condition.

use std::iter::Peekable;
use std::vec::IntoIter;

use crate::lex::{Token, tokens};
use crate::{Comparator, Comparison, Node, Operand, ParseError};

/// How many parentheses and negations may lie in each other.
const DEPTH: usize = 32;

/// What a path into the request begins with.
const REQUEST: &str = "$request";

struct Parser {
    tokens: Peekable<IntoIter<(usize, Token)>>,
    /// The character behind the last one.
    end: usize,
    depth: usize,
}

pub(crate) fn parse(text: &str) -> Result<Node, ParseError> {
    let end = text.chars().count() + 1;
    let mut parser = Parser { tokens: tokens(text)?.into_iter().peekable(), end, depth: 0 };
    let node = parser.any()?;
    match parser.tokens.next() {
        None => Ok(node),
        Some((at, Token::Close)) => Err(ParseError::new(at, "nothing was opened that `)` closes", "remove it")),
        Some((at, _)) => Err(ParseError::new(at, "the condition goes on without being joined", "write && or || here")),
    }
}

impl Parser {
    fn any(&mut self) -> Result<Node, ParseError> {
        let mut nodes = vec![self.all()?];
        while self.tokens.next_if(|(_, token)| *token == Token::Or).is_some() {
            nodes.push(self.all()?);
        }
        Ok(if nodes.len() == 1 { nodes.remove(0) } else { Node::Any(nodes) })
    }

    fn all(&mut self) -> Result<Node, ParseError> {
        let mut nodes = vec![self.one()?];
        while self.tokens.next_if(|(_, token)| *token == Token::And).is_some() {
            nodes.push(self.one()?);
        }
        Ok(if nodes.len() == 1 { nodes.remove(0) } else { Node::All(nodes) })
    }

    fn one(&mut self) -> Result<Node, ParseError> {
        let begins = self.tokens.next_if(|(_, token)| matches!(token, Token::Not | Token::Open));
        let Some((at, begin)) = begins else { return self.comparison() };
        self.depth += 1;
        if self.depth > DEPTH {
            let problem = format!("more than {DEPTH} parentheses lie in each other");
            return Err(ParseError::new(at, problem, "write it with fewer"));
        }
        let node = if begin == Token::Not {
            Node::Not(Box::new(self.one()?))
        } else {
            let node = self.any()?;
            if self.tokens.next_if(|(_, token)| *token == Token::Close).is_none() {
                let at = self.tokens.peek().map_or(self.end, |(at, _)| *at);
                return Err(ParseError::new(at, "a parenthesis is not closed", "write )"));
            }
            node
        };
        self.depth -= 1;
        Ok(node)
    }

    fn comparison(&mut self) -> Result<Node, ParseError> {
        let (at, left) = self.operand()?;
        let by = match self.tokens.next() {
            Some((_, Token::By(by))) => by,
            other => {
                let at = other.map_or(self.end, |(at, _)| at);
                return Err(ParseError::new(at, "a comparison is missing", "write ==, !=, <, <=, > or >="));
            }
        };
        let (_, right) = self.operand()?;
        let is_of_answer = |operand: &Operand| matches!(operand, Operand::Answer(_));
        if !is_of_answer(&left) && !is_of_answer(&right) {
            return Err(ParseError::new(at, "nothing of the answer is compared", "write the path of a field"));
        }
        let has_no_order = |operand: &Operand| matches!(operand, Operand::Text(_) | Operand::Bool(_));
        let is_equality = matches!(by, Comparator::Equal | Comparator::Unequal);
        if !is_equality && (has_no_order(&left) || has_no_order(&right)) {
            return Err(ParseError::new(at, "only integers have an order", "write == or !="));
        }
        Ok(Node::Compare(Comparison { left, by, right, at }))
    }

    fn operand(&mut self) -> Result<(usize, Operand), ParseError> {
        let instead = "write a path, an integer, a \"text\", true or false";
        let Some((at, token)) = self.tokens.next() else {
            return Err(ParseError::new(self.end, "the condition ends here", instead));
        };
        let operand = match token {
            Token::Integer(number) => Operand::Integer(number),
            Token::Text(text) => Operand::Text(text),
            Token::Word(word) => match word.as_str() {
                "true" => Operand::Bool(true),
                "false" => Operand::Bool(false),
                _ => path(&word, at)?,
            },
            _ => return Err(ParseError::new(at, "nothing stands here that can be compared", instead)),
        };
        Ok((at, operand))
    }
}

fn path(word: &str, at: usize) -> Result<Operand, ParseError> {
    let mut names: Vec<String> = word.split('.').map(str::to_owned).collect();
    if names.iter().any(String::is_empty) {
        return Err(ParseError::new(at, format!("`{word}` has a dot without a name"), "write Name.Name"));
    }
    let is_of_request = names[0].starts_with('$');
    if is_of_request && (names[0] != REQUEST || names.len() == 1) {
        return Err(ParseError::new(at, format!("`{word}` leads nowhere"), "write $request.Name"));
    }
    if is_of_request {
        names.remove(0);
        return Ok(Operand::Request(names));
    }
    Ok(Operand::Answer(names))
}

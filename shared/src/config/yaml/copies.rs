//! What has an anchor (`&name`), and its copies where an alias (`*name`) stands.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::super::mistakes::Origin;
use super::super::tree::{Member, Node, Value};
use super::refusal::{DEEPEST, INSIDE_ITSELF, Refusal, TOO_DEEP, TOO_LARGE};

/// The most values that are made of aliases; a few lines of aliases to aliases could mean gigabytes.
const MOST_COPIES: usize = 10_000;

/// The values with an anchor, by the parser's number of it.
#[derive(Default)]
pub(super) struct Anchors {
    nodes: BTreeMap<usize, Rc<Node>>,
    copies: usize,
}

impl Anchors {
    /// Keeps a value for later aliases; a value without an anchor has the number 0.
    pub(super) fn keep(&mut self, anchor: usize, node: &Node) {
        if anchor != 0 {
            self.nodes.insert(anchor, Rc::new(node.clone()));
        }
    }

    /// A copy that stands, with all that is in it, where its alias does: inside `depth` lists and mappings.
    pub(super) fn copy(&mut self, anchor: usize, place: &Origin, depth: usize) -> Result<Node, Refusal> {
        let refusal = |message: &str| Refusal { place: place.clone(), message: message.to_owned() };
        let node = self.nodes.get(&anchor).cloned();
        let node = node.ok_or_else(|| refusal(INSIDE_ITSELF))?;
        copy(&node, place, depth, &mut self.copies).map_err(refusal)
    }
}

fn copy(node: &Node, place: &Origin, depth: usize, copies: &mut usize) -> Result<Node, &'static str> {
    *copies += 1;
    if *copies > MOST_COPIES {
        return Err(TOO_LARGE);
    }
    if depth == DEEPEST && matches!(node.value, Value::List(_) | Value::Mapping(_)) {
        return Err(TOO_DEEP);
    }
    let mut below = |node: &Node| copy(node, place, depth + 1, copies);
    let value = match &node.value {
        Value::List(items) => Value::List(items.iter().map(below).collect::<Result<_, _>>()?),
        Value::Mapping(members) => {
            let member = |member: &Member| {
                Ok::<_, &str>(Member { name: member.name.clone(), origin: place.clone(), node: below(&member.node)? })
            };
            Value::Mapping(members.iter().map(member).collect::<Result<_, _>>()?)
        }
        scalar => scalar.clone(),
    };
    Ok(Node { value, origin: place.clone() })
}

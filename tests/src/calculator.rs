//! A community that asks and answers: signed and unsigned, with numbers of both widths.

use std::net::SocketAddr;

use ipv8_core::handlers;
use ipv8_core::prelude::*;

/// What is the sum? Signed, with a 16-bit number.
#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(id = 1, response = Sum)]
pub struct Add {
    /// The first number.
    pub left: u32,
    /// Belongs the sum to it.
    #[payload(identifier)]
    pub number: u16,
    /// The second number.
    pub right: u32,
}

/// It is this.
#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(id = 2)]
pub struct Sum {
    /// The sum.
    pub sum: u32,
    /// That of the question.
    #[payload(identifier)]
    pub number: u16,
}

/// Who is there? Unsigned, with a 32-bit number.
#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(id = 3, unsigned, response = Here)]
pub struct Knock {
    /// Belongs the answer to it.
    #[payload(identifier)]
    pub number: u32,
}

/// I am.
#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(id = 4, unsigned)]
pub struct Here {
    /// That of the question.
    #[payload(identifier)]
    pub number: u32,
}

/// What is the difference? Answered by a sum, and signed.
#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(id = 5, response = Sum)]
pub struct Subtract {
    /// Belongs the answer to it.
    #[payload(identifier)]
    pub number: u16,
    /// What is subtracted from.
    pub left: u32,
    /// What is subtracted.
    pub right: u32,
}

/// A question of which this community takes in no answer.
#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(id = 6, response = Unheard)]
pub struct Unasked {
    /// Belongs the answer to it.
    #[payload(identifier)]
    pub number: u64,
}

/// An answer that this community does not take in.
#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(id = 7)]
pub struct Unheard {
    /// That of the question.
    #[payload(identifier)]
    pub number: u64,
}

/// Adds and subtracts for others, and notes what others answer.
#[derive(Debug)]
pub struct Calculator {
    /// What came back, in order.
    pub answers: Vec<Result<u32, RequestError>>,
    /// How many requests were answered or refused.
    pub asked: usize,
    /// Whether requests are taken in and not answered.
    pub silent: bool,
}

/// How a [`Calculator`] is made.
#[derive(Clone, Debug, Default)]
pub struct CalculatorSettings {
    /// Take requests in and do not answer.
    pub silent: bool,
    /// Another community id.
    pub id: Option<CommunityId>,
}

impl Community for Calculator {
    const COMMUNITY_ID: CommunityId = CommunityId::from_bytes([0xee; 20]);
    type Settings = CalculatorSettings;

    fn new(settings: CalculatorSettings, _cx: &mut Context<'_>) -> Result<Self, CommunityError> {
        Ok(Self {
            answers: Vec::new(),
            asked: 0,
            silent: settings.silent,
        })
    }

    fn community_id(settings: &CalculatorSettings) -> CommunityId {
        settings.id.unwrap_or(Self::COMMUNITY_ID)
    }

    fn messages(table: &mut MessageTable<Self>) {
        handlers!(table:
            request Add => Self::on_add,
            unsigned_request Knock => Self::on_knock,
            request Subtract => Self::on_subtract,
        );
    }
}

impl Calculator {
    fn on_add(&mut self, _peer: &Peer, add: Add, _cx: &mut Context<'_>) -> Option<Sum> {
        self.asked += 1;
        let sum = add.left.checked_add(add.right)?;
        (!self.silent).then_some(Sum { sum, number: 0 })
    }

    fn on_knock(&mut self, _source: SocketAddr, _knock: Knock, _cx: &mut Context<'_>) -> Here {
        self.asked += 1;
        Here { number: 0 }
    }

    fn on_subtract(
        &mut self,
        _peer: &Peer,
        subtract: Subtract,
        _cx: &mut Context<'_>,
    ) -> Result<Sum, &'static str> {
        self.asked += 1;
        let sum = subtract.left.checked_sub(subtract.right);
        let sum = sum.ok_or("less than nothing")?;
        Ok(Sum { sum, number: 0 })
    }

    /// Notes a sum, or why there is none.
    pub fn on_sum(&mut self, sum: Result<Sum, RequestError>, _cx: &mut Context<'_>) {
        self.answers.push(sum.map(|sum| sum.sum));
    }

    /// Notes that somebody is there, or why not.
    pub fn on_here(&mut self, here: Result<Here, RequestError>, _cx: &mut Context<'_>) {
        self.answers.push(here.map(|_| 0));
    }
}

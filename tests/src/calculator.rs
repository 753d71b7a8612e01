//! A community that sends and answers requests: signed and unsigned, with identifiers of both
//! widths.

use std::net::SocketAddr;

use ipv8_core::handlers;
use ipv8_core::prelude::*;

/// Asks for a sum. Signed, with a 16-bit identifier.
#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(id = 1, response = Sum)]
pub struct Add {
    /// The first summand.
    pub left: u32,
    /// The request's identifier.
    #[payload(identifier)]
    pub number: u16,
    /// The second summand.
    pub right: u32,
}

/// The response to [`Add`] and [`Subtract`].
#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(id = 2)]
pub struct Sum {
    /// The result.
    pub sum: u32,
    /// The identifier of the request.
    #[payload(identifier)]
    pub number: u16,
}

/// Asks whether the peer is there. Unsigned, with a 32-bit identifier.
#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(id = 3, unsigned, response = Here)]
pub struct Knock {
    /// The request's identifier.
    #[payload(identifier)]
    pub number: u32,
}

/// The response to [`Knock`].
#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(id = 4, unsigned)]
pub struct Here {
    /// The identifier of the request.
    #[payload(identifier)]
    pub number: u32,
}

/// Asks for a difference. Signed; [`Sum`] is the response.
#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(id = 5, response = Sum)]
pub struct Subtract {
    /// The request's identifier.
    #[payload(identifier)]
    pub number: u16,
    /// The minuend.
    pub left: u32,
    /// The subtrahend.
    pub right: u32,
}

/// A request whose response this community does not accept.
#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(id = 6, response = Unheard)]
pub struct Unasked {
    /// The request's identifier.
    #[payload(identifier)]
    pub number: u64,
}

/// A response that this community does not accept.
#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(id = 7)]
pub struct Unheard {
    /// The identifier of the request.
    #[payload(identifier)]
    pub number: u64,
}

/// Adds and subtracts for its peers, and records their responses.
#[derive(Debug)]
pub struct Calculator {
    /// The outcomes of its own requests, in order.
    pub answers: Vec<Result<u32, RequestError>>,
    /// How many requests were answered or refused.
    pub asked: usize,
    /// Whether requests are accepted but not answered.
    pub silent: bool,
}

/// The settings of a [`Calculator`].
#[derive(Clone, Debug, Default)]
pub struct CalculatorSettings {
    /// Accept requests but do not answer them.
    pub silent: bool,
    /// The community id, if it is not the default one.
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

    /// Records a sum or the error.
    pub fn on_sum(&mut self, sum: Result<Sum, RequestError>, _cx: &mut Context<'_>) {
        self.answers.push(sum.map(|sum| sum.sum));
    }

    /// Records that the peer is there, or the error.
    pub fn on_here(&mut self, here: Result<Here, RequestError>, _cx: &mut Context<'_>) {
        self.answers.push(here.map(|_| 0));
    }
}

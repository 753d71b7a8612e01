use super::*;

#[test]
fn every_known_peer_has_an_address_of_its_own() {
    let Ok(load) = Load::new() else {
        panic!("no sockets")
    };
    let addresses = load.addresses(10_000);
    let different: std::collections::HashSet<_> = addresses.iter().collect();
    assert_eq!(different.len(), 10_000);
    assert!(addresses.iter().all(|address| address.ip().is_loopback()));
}

#[test]
fn a_rate_counts_from_the_first_answer_to_the_last_in_time() {
    let start = Instant::now();
    let at = |seconds| start + Duration::from_secs(seconds);
    let mut state = State::new(start);
    state.waiting = 40;
    state.heard(10, at(5), true);
    state.heard(10, at(6), true);
    state.heard(10, at(7), true);
    state.heard(5, at(20), false);
    state.give_up(at(30));
    let outcome = state.outcome();
    assert_eq!((outcome.rate, outcome.answers, outcome.lost), (10.0, 35, 5));
}

#[test]
fn answers_to_a_burst_wait_for_an_asker_that_has_no_core() {
    let Ok(load) = Load::new() else {
        panic!("no sockets")
    };
    let answering = UdpSocket::bind("127.0.0.1:0").and_then(|socket| {
        let address = socket.local_addr()?;
        Ok((socket, address))
    });
    let Ok((socket, from)) = answering else {
        panic!("no socket")
    };
    let mut answer = [0; 250];
    answer[22] = 7;
    // The part of each asker in a burst of 4,000 requests.
    for to in load.addresses(ASKERS) {
        for _ in 0..200 {
            assert!(socket.send_to(&answer, to).is_ok());
        }
    }
    assert_eq!(load.take(from, 7), (4_000, 0));
}

/// Answers requests until none comes, after a datagram of another kind to the asker `other`.
fn responder(other: SocketAddr) -> io::Result<(SocketAddr, thread::JoinHandle<()>)> {
    let socket = UdpSocket::bind("127.0.0.1:0")?;
    let address = socket.local_addr()?;
    socket.set_read_timeout(Some(Duration::from_millis(200)))?;
    let answering = thread::spawn(move || {
        let mut buffer = [0; 64];
        while let Ok((length, source)) = socket.recv_from(&mut buffer) {
            let _ = socket.send_to(b"something else", other);
            let _ = socket.send_to(&buffer[..length], source);
        }
    });
    Ok((address, answering))
}

#[test]
fn whatever_was_sent_before_the_last_answer_is_counted() {
    let Ok(mut load) = Load::new() else {
        panic!("no sockets")
    };
    let first = load.addresses(1)[0];
    let Ok((target, answering)) = responder(first) else {
        panic!("no socket")
    };
    let mut datagram = vec![0; 30];
    datagram[22] = 7;
    let datagrams = vec![vec![datagram]; ASKERS];
    for _ in 0..20 {
        let run = Run {
            target,
            process: std::process::id(),
            datagrams: &datagrams,
            answer: 7,
            window: 20,
            duration: Duration::from_millis(10),
        };
        let mut state = State::new(Instant::now());
        assert!(load.ask_and_take(run, &mut state).is_ok());
        assert_eq!(state.others, state.answers as u64);
    }
    assert!(answering.join().is_ok());
}

#[test]
fn an_echo_is_counted() {
    let Ok(mut load) = Load::new() else {
        panic!("no sockets")
    };
    let echo = UdpSocket::bind("127.0.0.1:0").and_then(|socket| {
        let address = socket.local_addr()?;
        socket.set_read_timeout(Some(Duration::from_millis(200)))?;
        Ok((socket, address))
    });
    let Ok((echo, target)) = echo else {
        panic!("no socket")
    };
    let echoing = thread::spawn(move || {
        let mut buffer = [0; 64];
        while let Ok((length, source)) = echo.recv_from(&mut buffer) {
            let _ = echo.send_to(&buffer[..length], source);
        }
    });
    let mut datagram = vec![0; 30];
    datagram[22] = 7;
    let datagrams = vec![vec![datagram]; ASKERS];
    let mut runs = (0..100).map(|_| {
        load.run(Run {
            target,
            process: std::process::id(),
            datagrams: &datagrams,
            answer: 7,
            window: 8,
            duration: Duration::from_millis(60),
        })
    });
    // One run is enough, unless the machine is too busy.
    let outcome = runs.find(|run| run.as_ref().map_or(true, |run| run.answers > 8));
    assert!(echoing.join().is_ok());
    assert!(
        matches!(&outcome, Some(Ok(outcome)) if outcome.others == 0),
        "{outcome:?}"
    );
}

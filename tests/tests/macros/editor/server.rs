//! A client of rust-analyzer, with the few requests of its protocol that the test needs.

use serde_json::{Value, json};
use std::io::{self, BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

/// The time for everything. Most of it is for building the macros and their dependencies.
const LIMIT: Duration = Duration::from_secs(600);

/// A running rust-analyzer.
pub(super) struct Server {
    process: Child,
    input: ChildStdin,
    messages: Receiver<Value>,
    ends: Instant,
    folder: String,
    file: String,
    last_id: u64,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Server {
    /// Starts it in a package. Returns `None` if it is not installed.
    pub(super) fn start(folder: &Path) -> Option<Self> {
        let version = Command::new("rust-analyzer").arg("--version").output();
        version.ok().filter(|output| output.status.success())?;
        let mut process = Command::new("rust-analyzer")
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("rust-analyzer starts");
        let input = process.stdin.take().expect("a pipe");
        let output = BufReader::new(process.stdout.take().expect("a pipe"));
        let mut server = Self {
            process,
            input,
            messages: messages(output),
            ends: Instant::now() + LIMIT,
            folder: format!("file://{}", folder.display()),
            file: String::new(),
            last_id: 0,
        };
        server.initialize(folder);
        Some(server)
    }

    fn initialize(&mut self, folder: &Path) {
        let target = folder.with_file_name("ui").join("target");
        let parameters = json!({
            "processId": std::process::id(),
            "rootUri": self.folder,
            "capabilities": {
                "experimental": { "serverStatusNotification": true },
                "textDocument": {
                    "completion": { "completionItem": { "snippetSupport": false } },
                },
            },
            "initializationOptions": {
                // The dependencies were built there for the refused programs.
                "cargo": { "targetDir": target, "buildScripts": { "enable": true } },
                "checkOnSave": false,
                "cachePriming": { "enable": false },
                "procMacro": { "enable": true },
            },
        });
        self.request("initialize", parameters);
        self.notify("initialized", json!({}));
        // It reports this after it has loaded the package and built the macros.
        self.wait(|message| {
            let status = &message["params"];
            message["method"] == "experimental/serverStatus" && status["quiescent"] == true
        });
    }

    pub(super) fn open(&mut self, file: &str, text: &str) {
        self.file = format!("{}/{file}", self.folder);
        let document =
            json!({ "uri": self.file, "languageId": "rust", "version": 1, "text": text });
        self.notify("textDocument/didOpen", json!({ "textDocument": document }));
    }

    /// Returns the places that define the name at a place: each file with its line, from 1.
    pub(super) fn definitions(&mut self, line: usize, column: usize) -> Vec<String> {
        let found = self.request("textDocument/definition", self.place(line, column));
        let found = match found {
            Value::Array(found) => found,
            Value::Null => Vec::new(),
            one => vec![one],
        };
        let shown = |place: &Value| {
            let line = place["range"]["start"]["line"].as_u64().unwrap_or_default();
            let file = place["uri"].as_str().unwrap_or_default();
            let name = file.rsplit('/').next().unwrap_or_default();
            format!("{name}:{}", line + 1)
        };
        found.iter().map(shown).collect()
    }

    /// Returns the names that can be completed at a place.
    pub(super) fn completions(&mut self, line: usize, column: usize) -> Vec<String> {
        let found = self.request("textDocument/completion", self.place(line, column));
        let items = found["items"].as_array().or(found.as_array());
        let label = |item: &Value| {
            let label = item["filterText"].as_str().or(item["label"].as_str());
            label.unwrap_or_default().to_owned()
        };
        items.into_iter().flatten().map(label).collect()
    }

    fn place(&self, line: usize, character: usize) -> Value {
        json!({
            "textDocument": { "uri": self.file },
            "position": { "line": line, "character": character },
        })
    }

    /// Sends a request, and returns the result.
    fn request(&mut self, method: &str, params: Value) -> Value {
        self.last_id += 1;
        let id = self.last_id;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        let answer = self.wait(|message| message["id"] == id && message["method"].is_null());
        assert!(answer["error"].is_null(), "{method}: {}", answer["error"]);
        answer["result"].clone()
    }

    fn notify(&mut self, method: &str, params: Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    fn send(&mut self, message: &Value) {
        let body = message.to_string();
        let header = format!("Content-Length: {}\r\n\r\n", body.len());
        let wrote = self.input.write_all((header + &body).as_bytes());
        wrote.and(self.input.flush()).expect("rust-analyzer reads");
    }

    /// Reads messages up to the one that is wanted. Answers the server's own requests with null.
    fn wait(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        loop {
            let message = self.read();
            if wanted(&message) {
                return message;
            }
            if !message["id"].is_null() && !message["method"].is_null() {
                let answer = json!({ "jsonrpc": "2.0", "id": message["id"], "result": null });
                self.send(&answer);
            }
        }
    }

    fn read(&mut self) -> Value {
        let rest = self.ends.saturating_duration_since(Instant::now());
        let message = self.messages.recv_timeout(rest);
        message.unwrap_or_else(|error| panic!("rust-analyzer: {error} (limit: {LIMIT:?})"))
    }
}

/// Returns the messages of a server, which a thread reads up to the end of the output.
fn messages(mut output: BufReader<ChildStdout>) -> Receiver<Value> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        while let Ok(message) = message(&mut output) {
            if sender.send(message).is_err() {
                break;
            }
        }
    });
    receiver
}

fn message(output: &mut impl BufRead) -> io::Result<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if output.read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if let Some(value) = line.strip_prefix("Content-Length: ") {
            length = value.trim().parse().map_err(io::Error::other)?;
        } else if line.trim().is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    output.read_exact(&mut body)?;
    Ok(serde_json::from_slice(&body)?)
}

//! The parameters of each kind: their names are a promise (`interfaces` section 2), their hints are what forms,
//! `--help` and errors say.

/// One parameter of a probe kind, for forms, `--help` and errors.
#[derive(Debug, Clone, Copy)]
pub struct ParamInfo {
    pub name: &'static str,
    pub label: &'static str,
    /// What it does, its unit, its allowed values and its default.
    pub hint: &'static str,
    /// Never sent back to a browser, never exported, never logged.
    pub secret: bool,
    /// May be given several times.
    pub repeatable: bool,
}

const fn param(name: &'static str, label: &'static str, hint: &'static str) -> ParamInfo {
    ParamInfo { name, label, hint, secret: false, repeatable: false }
}

const SERVER_NAME: ParamInfo =
    param("server_name", "Server name", "Name that the certificate must be for. Default: the target's host.");
const CA_FILE: ParamInfo =
    param("ca_file", "CA file", "PEM file with the authorities to trust. Default: the system's.");

pub(super) const PING_PARAMS: &[ParamInfo] = &[
    param("count", "Packets", "Echo requests in one probe, 1 to 20. Default 3."),
    param("loss_warning", "Loss, warning", "Percent of lost packets that is a warning, 1 to 100. Default 34."),
    param("loss_critical", "Loss, critical", "Percent of lost packets that is critical, 1 to 100. Default 100."),
    param(
        "rtt_warning_ms",
        "Round trip, warning",
        "Mean round trip in ms that is a warning, 1 to 60000. Default none.",
    ),
    param(
        "rtt_critical_ms",
        "Round trip, critical",
        "Mean round trip in ms that is critical, 1 to 60000. Default none.",
    ),
];

pub(super) const TCP_PARAMS: &[ParamInfo] = &[
    param("send", "Send", "Text to send after connecting; \\r and \\n are understood. Up to 1024 characters."),
    param("expect", "Expect", "Text that the answer must contain. Up to 1024 characters."),
    param("tls", "TLS", "yes or no: speak TLS from the start. Default no."),
    param("starttls", "STARTTLS", "smtp, imap or none: upgrade to TLS after that greeting. Default none."),
    SERVER_NAME,
    CA_FILE,
    param("latency_warning_ms", "Time, warning", "Time in ms that is a warning, 1 to 60000. Default none."),
    param("latency_critical_ms", "Time, critical", "Time in ms that is critical, 1 to 60000. Default none."),
];

pub(super) const HTTP_PARAMS: &[ParamInfo] = &[
    param("status", "Status", "Accepted answers, as in 200,204,300-399. Default 200-399."),
    param("contains", "Contains", "Text that the body must contain. Up to 1024 characters."),
    param("matches", "Matches", "Regular expression that the body must match. Up to 1024 characters."),
    param("json_pointer", "JSON pointer", "Place in a JSON body (RFC 6901), such as /status."),
    param("json_value", "JSON value", "What must stand there: equals, or starts with <, <=, >, >=, != and a value."),
    param("redirects_max", "Redirects", "Redirects to follow, 0 to 10. Default 5."),
    param("method", "Method", "GET, HEAD, POST, PUT, DELETE, OPTIONS or PATCH. Default GET."),
    ParamInfo { repeatable: true, ..param("header", "Request header", "Name: value. May be given up to 20 times.") },
    param("body", "Request body", "Text to send. Up to 16384 characters."),
    param("header_match", "Answer header", "Name: regular expression that an answer header must match."),
    param("username", "User name", "For basic authentication."),
    ParamInfo { secret: true, ..param("password", "Password", "For basic authentication. Never shown again.") },
    ParamInfo { secret: true, ..param("bearer", "Bearer token", "Sent as Authorization: Bearer. Never shown again.") },
    CA_FILE,
    param("latency_warning_ms", "Time, warning", "Time in ms that is a warning, 1 to 60000. Default none."),
    param("latency_critical_ms", "Time, critical", "Time in ms that is critical, 1 to 60000. Default none."),
];

pub(super) const TLS_PARAMS: &[ParamInfo] = &[SERVER_NAME, CA_FILE];

pub(super) const DNS_PARAMS: &[ParamInfo] = &[
    param("resolver", "Resolver", "Whom to ask: a host, or host:port. Default: whom this machine asks."),
    param("type", "Record type", "A, AAAA, MX, TXT, NS, CNAME, SRV, PTR, SOA or CAA. Default A."),
    param(
        "rcode",
        "Response code",
        "NOERROR, FORMERR, SERVFAIL, NXDOMAIN, NOTIMP or REFUSED. Default NOERROR, which needs a record too.",
    ),
    param(
        "answer",
        "Answer",
        "How one record must read, as in 192.0.2.10 or 10 mail.example.com; * stands for any text. Default anything.",
    ),
    param("latency_warning_ms", "Time, warning", "Time in ms that is a warning, 1 to 60000. Default none."),
    param("latency_critical_ms", "Time, critical", "Time in ms that is critical, 1 to 60000. Default none."),
];

/// Of `smtp` and `imap`.
pub(super) const MAIL_PARAMS: &[ParamInfo] = &[
    param(
        "starttls",
        "STARTTLS",
        "offered, required or none: upgrade to TLS when it is offered, demand it, or stay in clear text. Default offered.",
    ),
    SERVER_NAME,
    CA_FILE,
];

pub(super) const SSH_PARAMS: &[ParamInfo] = &[];

pub(super) const SIP_PARAMS: &[ParamInfo] = &[
    param("transport", "Transport", "udp, tcp or tls. Default udp."),
    param(
        "accept",
        "Accepted answers",
        "Final answers that are good, codes 200 to 699 or ranges. Default 200,401,404,405,407.",
    ),
    SERVER_NAME,
    CA_FILE,
];

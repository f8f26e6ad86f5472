/// Version of Chiasm, as `chiasm --version` and run folders say it.
public let chiasmVersion = "0.1.0"

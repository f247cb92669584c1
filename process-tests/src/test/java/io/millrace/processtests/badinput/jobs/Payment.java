package io.millrace.processtests.badinput.jobs;

/** What the topics hold, as JSON. */
public record Payment(long id, String account, double amount) {}

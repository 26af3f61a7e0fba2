package dev.varve.node;

/**
 * Something in a home that is wrong.
 *
 * @param what what was found, and where
 * @param remedy what to do about it
 */
public record Problem(String what, String remedy) {}

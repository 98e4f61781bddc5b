package org.sipoauth.authz.parameter;

/** The parameters in force, from memory: for every request, and a change shows within a look at the store. */
@FunctionalInterface
public interface CurrentParameters {
    /** The same instance until something has changed. */
    Parameters get();
}

/** The key ring at work: signs with the active key, publishes the public ones, turns the ring on a timer. */
@NullMarked
package org.sipoauth.authz.signing;

import org.jspecify.annotations.NullMarked;

/** What slows guessing down, whatever is guessed. */
@NullMarked
package org.sipoauth.authz.throttle;

import org.jspecify.annotations.NullMarked;

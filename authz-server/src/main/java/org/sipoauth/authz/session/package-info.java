/**
 * Logins in the hands of administrators: found and ended, one by one or all of a user, on a device or of a client. Ending
 * all of a client is done by a cutoff, which refresh looks at, and a sweep that sets the bits in the status lists.
 */
@NullMarked
package org.sipoauth.authz.session;

import org.jspecify.annotations.NullMarked;

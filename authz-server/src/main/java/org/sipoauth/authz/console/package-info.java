/**
 * The console: pages for administrators, made on the server, that work without scripts and are quicker with them. Keeps
 * nothing of its own but an hour or four of counted tokens; whatever it changes, it changes through the service that the
 * administration interface uses.
 */
@NullMarked
package org.sipoauth.authz.console;

import org.jspecify.annotations.NullMarked;

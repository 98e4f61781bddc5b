/** Finds and ends logins, through a server's administration interface. */
@NullMarked
package org.sipoauth.cli.sessions;

import org.jspecify.annotations.NullMarked;

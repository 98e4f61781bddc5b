/** Subscribers whose names and passwords are in a directory (LDAP). Nothing here exists unless one is set up. */
@NullMarked
package org.sipoauth.authz.directory;

import org.jspecify.annotations.NullMarked;

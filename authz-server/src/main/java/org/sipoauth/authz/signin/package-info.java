/** The sign-in and change-password pages, and what failed attempts cost. */
@NullMarked
package org.sipoauth.authz.signin;

import org.jspecify.annotations.NullMarked;

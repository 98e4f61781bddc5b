/** The ways in which a desk phone may be signed in. */
@NullMarked
package org.sipoauth.authz.deskphone;

import org.jspecify.annotations.NullMarked;

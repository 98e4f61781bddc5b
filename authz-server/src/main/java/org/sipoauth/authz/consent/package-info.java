/** What people have allowed applications by others, the page that asks them, and the one where they take it back. */
@NullMarked
package org.sipoauth.authz.consent;

import org.jspecify.annotations.NullMarked;

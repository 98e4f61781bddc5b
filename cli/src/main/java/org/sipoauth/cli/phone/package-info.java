/** {@code phone}: a phone as the authorization server and the registrar see one. */
@NullMarked
package org.sipoauth.cli.phone;

import org.jspecify.annotations.NullMarked;

package io.millrace.filestore.s3;

import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.Locale;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkException;

/** Says what a failure of S3 means and what to do. Never shows keys. Immutable. */
final class S3Errors {
  private static final String PERMISSIONS =
      "allow its user s3:ListBucket and s3:ListBucketMultipartUploads on the bucket, and"
          + " s3:GetObject, s3:PutObject, s3:DeleteObject and s3:AbortMultipartUpload on its objects";
  private static final String CREDENTIALS =
      "correct s3.credentials-file or, without it, what AWS's own settings say (AWS_ACCESS_KEY_ID,"
          + " the profile, the machine's role)";

  private final String bucket;
  private final String endpoint;

  /**
   * @param endpoint where the bucket is looked for, for people
   */
  S3Errors(String bucket, String endpoint) {
    this.bucket = bucket;
    this.endpoint = endpoint;
  }

  /**
   * @param what is not possible: "s3://bucket/key cannot be read"
   */
  IOException explained(String what, SdkException e) {
    return new IOException(what + ": " + reason(e), e);
  }

  private String reason(SdkException e) {
    if (e instanceof AwsServiceException answer) {
      AwsErrorDetails details = answer.awsErrorDetails();
      String code = details == null || details.errorCode() == null ? "" : details.errorCode();
      String said = details == null ? "" : String.valueOf(details.errorMessage());
      return reason(answer.statusCode(), code)
          + " ("
          + (code.isEmpty() ? "" : code + ", ")
          + "status "
          + answer.statusCode()
          + (said.isEmpty() ? "" : ": " + said)
          + ")";
    }
    return unanswered(e);
  }

  private String reason(int status, String code) {
    return switch (code) {
      case "NoSuchBucket" ->
          "there is no bucket '" + bucket + "' at " + endpoint + "; make it, or correct its name";
      case "InvalidAccessKeyId",
          "SignatureDoesNotMatch",
          "ExpiredToken",
          "InvalidToken",
          "InvalidSecurity" ->
          "the credentials were refused; " + CREDENTIALS;
      case "RequestTimeTooSkewed" -> "this machine's clock is wrong; set it";
      case "AuthorizationHeaderMalformed", "PermanentRedirect", "IllegalLocationConstraint" ->
          "the bucket is in another region; set s3.region";
      case "NotImplemented" -> endpoint + " can't do what was asked; use another service";
      default ->
          switch (status) {
            case 301, 307 -> "the bucket is in another region; set s3.region";
            case 403 -> "access to bucket '" + bucket + "' was denied; " + PERMISSIONS;
            default -> endpoint + " has refused it";
          };
    };
  }

  private String unanswered(SdkException e) {
    String message = String.valueOf(e.getMessage());
    String lower = message.toLowerCase(Locale.ROOT);
    if (lower.contains("load region") || lower.contains("region must")) {
      return "it is not known in which region the bucket is; set s3.region";
    }
    if (lower.contains("credentials")) {
      return "no credentials were found; " + CREDENTIALS;
    }
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof UnknownHostException
          || cause instanceof ConnectException
          || cause instanceof SocketTimeoutException
          || cause instanceof SocketException) {
        return endpoint
            + " does not answer ("
            + cause
            + "); correct s3.endpoint, or set s3.path-style to true if the host that is unknown"
            + " begins with the bucket's name";
      }
    }
    return message;
  }
}
